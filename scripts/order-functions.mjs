#!/usr/bin/env node
// Names the functions of a wasm in the order in which gzip makes the least of them:
//
//   node scripts/order-functions.mjs FROM.wasm TO.wasm && wasm-opt --reorder-functions-by-name TO.wasm …
//
// gzip sees what is alike as long as it is no farther back than 32 KB. So this goes from function to function, and takes each time
// the one that has most in common with what stands in those 32 KB. What two functions have in common are runs of bytes. The same
// wasm gives the same order.
//
// An own script: wasm-opt orders functions by use, by name or by a list, and no tool makes such a list.
import { writeFileSync } from 'node:fs';
import { read, sectionOfNames } from './wasm.mjs';

const REACH = 32 * 1024;
// Shorter runs are everywhere, longer ones miss functions that differ in a local here and there.
const RUN = 5;
// What so many functions have is in reach anyhow.
const COMMON = 400;

const [from, to] = process.argv.slice(2);
const { bytes, functions, functionsImported, section } = read(from);

// The runs of each function, by number, and the functions that have each of them.
const numbers = new Map(), having = [];
const runsOf = functions.map((code, f) => {
  const own = new Set();
  for (let at = 0; at + RUN <= code.length; at++) {
    // Five bytes are a whole number below 2⁴⁰, exact in a float.
    const run = code.readUIntBE(at, RUN);
    let number = numbers.get(run);
    if (number === undefined) numbers.set(run, (number = having.push([]) - 1));
    own.add(number);
  }
  for (const run of own) having[run].push(f);
  return [...own];
});
for (const [f, runs] of runsOf.entries()) runsOf[f] = runs.filter(run => having[run].length > 1 && having[run].length <= COMMON);
// The rarer, the more it says; the exponents here and below are what measured best.
const weight = having.map(others => others.length ** -0.3);
// What a function could have in common at all: one that is like few others goes where those are. Not in full proportion, or the
// smallest would always be first.
const possible = runsOf.map(runs => (runs.length + 4) ** 0.8);

const order = [], taken = new Uint8Array(functions.length);
const timesInReach = new Int32Array(having.length), common = new Float64Array(functions.length);
let oldest = 0, length = 0;

function enter(f) {
  for (const run of runsOf[f]) if (timesInReach[run]++ === 0) for (const other of having[run]) common[other] += weight[run];
  length += functions[f].length;
}

function leave(f) {
  for (const run of runsOf[f]) if (--timesInReach[run] === 0) for (const other of having[run]) common[other] -= weight[run];
  length -= functions[f].length;
}

function mostAlike() {
  let best = -1;
  for (let f = 0; f < functions.length; f++) {
    if (!taken[f] && (best < 0 || common[f] / possible[f] > common[best] / possible[best])) best = f;
  }
  return best;
}

for (let next = 0; next >= 0; next = mostAlike()) {
  taken[next] = 1;
  order.push(next);
  enter(next);
  while (length > REACH && oldest < order.length - 1) leave(order[oldest++]);
}

const names = [];
order.forEach((f, rank) => (names[f] = String(rank).padStart(6, '0')));
const { begin, end } = section ?? { begin: bytes.length, end: bytes.length };
writeFileSync(to, Buffer.concat([bytes.subarray(0, begin), bytes.subarray(end), sectionOfNames(names, functionsImported)]));
