#!/usr/bin/env node
// Gives short names to what a wasm imports from its glue script, in both files:   node scripts/shorten-imports.mjs PAGE.wasm PAGE.js
//
// wasm-bindgen names each import after what it does and a hash of sixteen digits, of which gzip makes nothing: once in the wasm,
// once in the script. Nobody else knows these names.
//
// An own script: wasm-opt --minify-imports takes those of Emscripten's modules only.
import { readFileSync, writeFileSync } from 'node:fs';
import { read, withImportsNamed } from './wasm.mjs';

const [wasm, script] = process.argv.slice(2);
const module = read(wasm);
const long = module.imports.names.map(name => name.text);
const short = new Map(long.map((name, i) => [name, `_${i.toString(36)}`]));

// The script has each as the key of a member of one object.
let found = 0;
const glue = readFileSync(script, 'utf8').replace(/\b__wb\w+(?=:)/g, key => {
  found += short.has(key);
  return short.get(key) ?? key;
});
if (short.size !== long.length || found !== long.length) throw new Error(`${script} has ${found} of ${long.length} imports`);

writeFileSync(wasm, withImportsNamed(module, [...short.values()]));
writeFileSync(script, glue);
