#!/usr/bin/env node
// Gives short names to what a wasm and its glue script are to each other, in both files:   node scripts/shorten-names.mjs PAGE.wasm PAGE.js
//
// wasm-bindgen names each import after what it does and a hash of sixteen digits, of which gzip makes nothing, and each kind of closure
// after all its types: once in the wasm, once in the script. Nobody else knows these names.
//
// An own script: wasm-opt --minify-imports-and-exports takes those of Emscripten's modules only.
import { readFileSync, writeFileSync } from 'node:fs';
import { read, withNames } from './wasm.mjs';

const [wasm, script] = process.argv.slice(2);
const module = read(wasm);
let glue = readFileSync(script, 'utf8');

/** Names as the script has them after the expression, and what stands for each from now on; all of them have to be there. */
function shorten(long, expression, letter) {
  const short = new Map(long.map((name, i) => [name, `${letter}${i.toString(36)}`]));
  const found = new Set();
  glue = glue.replace(expression, name => {
    if (short.has(name)) found.add(name);
    return short.get(name) ?? name;
  });
  if (found.size !== long.length) throw new Error(`${script} has ${found.size} of ${long.length} names`);
  return name => short.get(name) ?? name;
}

const names = section => section.names.map(name => name.text);
// Imports are the keys of one object. Exports that are known under their names are few; what closures are called by is not.
const imported = shorten(names(module.imports), /\b__wb\w+(?=:)/g, '_');
const exported = shorten(names(module.exports).filter(name => name.startsWith('wasm_bindgen_')), /(?<=\bwasm\.)\w+/g, '$');

writeFileSync(wasm, withNames(module, names(module.imports).map(imported), names(module.exports).map(exported)));
writeFileSync(script, glue);
