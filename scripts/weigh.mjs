#!/usr/bin/env node
// What the wasm is made of, in bytes before gzip: by crate, by generic function whatever its types, by function. It needs a wasm
// that still has the names of its functions:   node scripts/weigh.mjs target/first.wasm [LINES]
//
// An own script: twiggy knows neither crates nor families of generics, and would first have to be built.
// What the compiler put into its caller counts as the caller's: a component's content is in the `view` of Yew that calls it.
import { read } from './wasm.mjs';

const [path, lines = '12'] = process.argv.slice(2);
const { functions, functionsImported, names, data } = read(path);

const plain = name => name.replace(/::h[0-9a-f]{16}$|\[[0-9a-f]{8,}\]/g, '');
const crateOf = name => name.replace(/^<+(&|\*const |\*mut |dyn |\(|\[|mut )*/, '').match(/^([A-Za-z0-9_]+)(?=::)/)?.[1] ?? 'others';
function generic(name) {
  for (let before = ''; before !== name;) {
    before = name;
    name = name.replace(/<[^<>]+>/g, '<>').replace(/<>(<>)+/g, '<>').replace(/<<>/g, '<');
  }
  return name;
}

function table(title, key, most = Number(lines)) {
  const sums = new Map();
  functions.forEach(({ length }, i) => {
    const of = key(plain(names.get(i + functionsImported) ?? 'others'));
    if (of === undefined) return;
    const [bytes, count] = sums.get(of) ?? [0, 0];
    sums.set(of, [bytes + length, count + 1]);
  });
  if (sums.size > 0) console.log(`${title}:`);
  for (const [of, [bytes, count]] of [...sums].sort((a, b) => b[1][0] - a[1][0]).slice(0, most))
    console.log(`${String(bytes).padStart(9)}  ${of.slice(0, 110)}${count > 1 ? ` (${count})` : ''}`);
}

const code = functions.reduce((sum, { length }) => sum + length, 0);
console.log(`In the wasm, before gzip: ${code} bytes of code in ${functions.length} functions, ${data} of data`);
table('By crate (functions)', crateOf);
table('By pattern, with what is built for its types (functions)', name => name.match(/\bmillrace_patterns(?:\[[0-9a-f]+\])?::([a-z_]+)/)?.[1], Infinity);
table('By generic function (times built)', generic);
