#!/usr/bin/env node
// What the wasm is made of, in bytes before gzip: by crate, by generic function whatever its types, by function. It needs a wasm
// that still has the names of its functions:   node scripts/weigh.mjs target/named.wasm [LINES]
//
// An own script: twiggy knows neither crates nor families of generics, and would first have to be built.
// What the compiler put into its caller counts as the caller's: a component's content is in the `view` of Yew that calls it.
import { readFileSync } from 'node:fs';

const [path, lines = '12'] = process.argv.slice(2);
const wasm = readFileSync(path);
let at = 8;

function number() {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = wasm[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return value;
  }
}

function text() {
  const length = number();
  at += length;
  return wasm.toString('utf8', at - length, at);
}

/** Reads an import; whether it is a function. */
function imported() {
  text();
  text();
  const kind = wasm[at++];
  if (kind === 0) number();
  else if (kind === 3) at += 2;
  else {
    // A table has a type before its limits, a tag an attribute before its type.
    if (kind === 1 || kind === 4) at++;
    const limits = number();
    if (kind !== 4) {
      number();
      if (limits & 1) number();
    }
  }
  return kind === 0;
}

let functionsImported = 0, data = 0;
const sizes = [], names = new Map();
while (at < wasm.length) {
  const section = wasm[at++], length = number(), end = at + length;
  if (section === 2) for (let n = number(); n > 0; n--) functionsImported += imported();
  else if (section === 10) for (let n = number(); n > 0; n--) {
    const size = number();
    sizes.push(size);
    at += size;
  } else if (section === 11) data = length;
  else if (section === 0 && text() === 'name') while (at < end) {
    const kind = wasm[at++], until = number() + at;
    if (kind === 1) for (let n = number(); n > 0; n--) {
      const index = number();
      names.set(index, text());
    }
    at = until;
  }
  at = end;
}

const plain = name => name.replace(/::h[0-9a-f]{16}$|\[[0-9a-f]{8,}\]/g, '');
const crateOf = name => name.replace(/^<+(&|\*const |\*mut |dyn |\(|\[|mut )*/, '').match(/^([A-Za-z0-9_]+)(?=::)/)?.[1] ?? 'others';
function generic(name) {
  for (let before = ''; before !== name;) {
    before = name;
    name = name.replace(/<[^<>]+>/g, '<>').replace(/<>(<>)+/g, '<>').replace(/<<>/g, '<');
  }
  return name;
}

function table(title, key) {
  const sums = new Map();
  sizes.forEach((size, i) => {
    const of = key(plain(names.get(i + functionsImported) ?? 'others'));
    const [bytes, count] = sums.get(of) ?? [0, 0];
    sums.set(of, [bytes + size, count + 1]);
  });
  console.log(`${title}:`);
  for (const [of, [bytes, count]] of [...sums].sort((a, b) => b[1][0] - a[1][0]).slice(0, Number(lines)))
    console.log(`${String(bytes).padStart(9)}  ${of.slice(0, 110)}${count > 1 ? ` (${count})` : ''}`);
}

const code = sizes.reduce((a, b) => a + b, 0);
console.log(`In the wasm, before gzip: ${code} bytes of code in ${sizes.length} functions, ${data} of data`);
table('By crate (functions)', crateOf);
table('By generic function (times built)', generic);
