#!/usr/bin/env node
// Writes a wasm without what the linker told about it:   node scripts/bare-wasm.mjs FROM.wasm TO.wasm
//
// That is for scripts/split-wasm.mjs, is longer than the program, and no browser has a use for it.
import { readFileSync, writeFileSync } from 'node:fs';
import { bare } from './wasm.mjs';

const [from, to] = process.argv.slice(2);
writeFileSync(to, bare(readFileSync(from)));
