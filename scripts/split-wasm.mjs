#!/usr/bin/env node
// Parts a wasm in two: what the front door needs, and the rest.   node scripts/split-wasm.mjs LINKED.wasm FIRST.wasm REST.wasm
//
// Whoever comes to look gets the first file; the second comes when somebody touches the page or followed a link (src/platform/rest.rs).
// A function of the rest leaves a stub behind, which sees to it that the rest is there and goes on by the table of functions. So it
// does not matter to what the program does where a function is; only the first touch would wait if the front door needed one of
// the rest, and a test in a browser holds that it does not. Functions and data that nobody but the rest needs go with it by themselves:
// the linker tells who points to what (scripts/linked.mjs), so that is known and not guessed.
//
// An own script over binaryen's library, because npm's package of it has no wasm-split; and that takes its parts from a profile,
// for which each build would need a browser, and leaves all data where they are.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { read } from './instructions.mjs';
import { readLinked } from './linked.mjs';
import { reachable } from './reachable.mjs';
import { bare, dataOf, parsed } from './wasm.mjs';

const [from, toFirst, toRest] = process.argv.slice(2);
const require = createRequire(`${process.cwd()}/target/tools/`);
const { default: binaryen } = await import(pathToFileURL(require.resolve('binaryen')));

/** The modules whose functions are the rest: those of which nothing is seen at the front door before it is touched. */
const REST = [
  // All patterns but the one that runs there.
  /\bmillrace_patterns::(?!(circuit_breaker|find|questions)\b)/,
  /\bmillrace::app::(cabinet|compare|family::bank)\b/,
  /\bmillrace::app::panels::(alerts|api|checks|code|configuration|explain|highlight|log|race|report|spans|targets)\b/,
  // All places and parts but those that it has.
  /\bmillrace_view::place::(?!(breaker|channel|condition|crew|face|here|server|sink|source|term)\b)[a-z_]+::/,
  /\bmillrace_parts::(?!(arrivals|breaker|channel|crew|select|semaphore|stay|ticker|timeout|waiters|watch|window)\b)[a-z_]+::/,
  /\b(millrace_export|serde_json|prometheus_client)::/,
  // What is looked through when somebody looks for something.
  /\bmillrace_session::find::(having|others)\b/,
];
/** How long a function is that is short. */
const SHORT = 48;
/** As many bytes as the head of a run of data, about. */
const SHORT_GAP = 6;
/** What loads the rest: the export of src/platform/rest.rs. */
const LOADS = 'rest_now';
/** What the two are to each other. Not the names of exports that the page's script knows. */
const PROGRAM = 'p', TABLE = 'T', STACK = 'S', THERE = 'R';

const whole = readFileSync(from);
const linked = readLinked(whole);
if (!linked) throw new Error(`${from} has nothing of its linker: was it linked with --emit-relocs?`);
const bytes = bare(whole);
const [first, rest] = [binaryen.readBinary(bytes), binaryen.readBinary(bytes)];
const list = (count, get) => Array.from({ length: count }, (_, i) => get(i));
const functionsOf = module => list(module.getNumFunctions(), i => binaryen.getFunctionInfo(module.getFunctionByIndex(i)));
const exportsOf = module => list(module.getNumExports(), i => binaryen.getExportInfo(module.getExportByIndex(i)));

// The functions, in the order of their numbers, and the code of those that are not the page's script's.
const all = functionsOf(first);
const numberOf = new Map(all.map(({ name }, f) => [name, f]));
const { functions, functionsImported } = parsed(bytes);
const code = new Map(functions.map((f, i) => [i + functionsImported, f]));
const exported = new Set(exportsOf(first).filter(e => e.kind === binaryen.ExternalFunction).map(e => numberOf.get(e.value)));
const loads = exportsOf(first).find(e => e.name === LOADS)?.value;
if (loads === undefined) throw new Error(`${from} exports no ${LOADS}`);

// Where each is called by a number: its places in the table of functions.
const table = binaryen.getTableInfo(first.getTableByIndex(0));
const segments = list(first.getNumElementSegments(), i => binaryen.getElementSegmentInfo(first.getElementSegmentByIndex(i)));
if (segments.length !== 1) throw new Error(`${from} has ${segments.length} lists of functions, and this script knows of one`);
const begin = binaryen.getExpressionInfo(segments[0].offset).value;
const at = new Map(segments[0].data.map((name, i) => [begin + i, numberOf.get(name)]));
const places = new Map();
for (const [place, f] of at) places.set(f, [...(places.get(f) ?? []), place]);

const plain = name => name.replace(/\[[0-9a-f]+\]|::h[0-9a-f]{16}$/g, '');
/**
 * Whether a function is of the rest. One that only has a type of the rest among its own is so if it is called by a number, as what a
 * future or a component does. Those that are not go with the rest all the same where nobody else calls them.
 */
function isRest(f) {
  const path = plain(all[f].name);
  if (exported.has(f) || !code.has(f) || mayBeSeveral(code.get(f)) || !REST.some(of => of.test(path))) return false;
  const own = path.replace(/^<+(&|mut |dyn |\[|\()*/, '');
  return REST.some(of => own.search(of) === 0) || (places.has(f) && !own.startsWith('core::ptr::drop_in_place'));
}
/**
 * Whether a function may stand for others too, of which the compiler found that they do the same: a short one, unless it has an address
 * of data, as what gives the presets of a pattern does.
 */
function mayBeSeveral(code) {
  const { constants, offsets } = read(code);
  return code.length <= SHORT && ![...constants, ...offsets].some(number => linked.meant.has(number));
}

// What the first file needs. Behind a function of the rest there is nothing of the first file's: there it has a stub.
const start = first.getStart();
const roots = [...exported, ...(start ? [numberOf.get(binaryen.getFunctionInfo(start).name)] : [])];
const needs = reachable(roots, { code, linked, table: at }, f => !isRest(f));
const stubs = [...needs.functions].filter(isRest);
const kept = new Set([...needs.functions].filter(f => !isRest(f)));
if (!all.some((_, f) => isRest(f))) throw new Error(`${from} has no functions of the rest: does it have names?`);
let end = table.initial;
for (const f of stubs) if (!places.has(f)) {
  places.set(f, [end]);
  at.set(end++, f);
}
for (const module of [first, rest]) {
  binaryen.Table.setInitial(module.getTableByIndex(0), end);
  binaryen.Table.setMax(module.getTableByIndex(0), end);
  module.removeElementSegment(segments[0].name);
}

/** Puts functions into their places in the table, neighbours together. */
function fill(module, taken) {
  const runs = [];
  for (const place of [...taken].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && place === run.place + run.names.length) run.names.push(all[at.get(place)].name);
    else runs.push({ place, names: [all[at.get(place)].name] });
  }
  for (const { place, names } of runs) module.addActiveElementSegment(table.name, `from ${place}`, names, module.i32.const(place));
}

// The first file: a stub for each function of the rest that it calls.
const { none, i32 } = binaryen;
const NEED = 'needs the rest';
first.addGlobal(THERE, i32, true, first.i32.const(0));
first.addFunction(NEED, none, none, [], first.if(first.i32.eqz(first.global.get(THERE, i32)), first.call(loads, [], none)));
for (const f of stubs) {
  const { name, params, results } = all[f];
  first.removeFunction(name);
  const handed = binaryen.expandType(params).map((type, i) => first.local.get(i, type));
  const goesOn = first.call_indirect(table.name, first.i32.const(places.get(f)[0]), handed, params, results);
  first.addFunction(name, params, results, [], first.block(null, [first.call(NEED, [], none), goesOn], results));
}
// A stub's own place is filled with the stub until the rest is there, for those who call it by that.
fill(first, [...needs.places]);
first.addTableExport(table.name, TABLE);
first.addGlobalExport('__stack_pointer', STACK);
first.addGlobalExport(THERE, THERE);
first.runPasses(['remove-unused-module-elements']);

// Which of the constants it has: byte by byte, for where one text ends as another does they are one. And the runs of the others.
const { address: base, content: constants } = linked.constants;
const has = new Uint8Array(constants.length);
for (const { address, size } of needs.pieces) has.fill(1, Math.max(0, address - base), Math.max(0, address - base + size));
const runs = [];
for (let at = 0; at < has.length; at++) {
  if (has[at]) continue;
  const run = runs.at(-1);
  // What both have does no harm where it is short: to begin another run takes as many bytes.
  if (run && at - run.end <= SHORT_GAP) run.end = at + 1;
  else runs.push({ begin: at, end: at + 1 });
}

// The rest: its functions, and what they call of the first file as imports. Memory, table and stack are those of the first file.
for (const { name } of exportsOf(rest)) rest.removeExport(name);
const called = new Map();
for (const [f, { module, name, params, results }] of all.entries()) {
  if (!module && !kept.has(f)) continue;
  const short = `.${called.size.toString(36)}`;
  called.set(short, f);
  rest.removeFunction(name);
  rest.addFunctionImport(name, PROGRAM, short, params, results);
}
const memory = rest.getMemoryInfo();
rest.setMemory(memory.initial, -1, null, runs.map(({ begin, end }) => {
  return { passive: false, offset: rest.i32.const(base + begin), data: constants.subarray(begin, end) };
}));
rest.addMemoryImport('0', PROGRAM, 'memory');
rest.addTableImport(table.name, PROGRAM, TABLE);
// Where the program keeps what it holds of the page: a table of its own would be another one.
for (const { kind, name, value } of exportsOf(first)) {
  if (kind === binaryen.ExternalTable && name !== TABLE) rest.addTableImport(value, PROGRAM, name);
}
rest.removeGlobal('__stack_pointer');
rest.addGlobalImport('__stack_pointer', PROGRAM, STACK, i32, true);
rest.addGlobalImport(THERE, PROGRAM, THERE, i32, true);
fill(rest, [...at.keys()].filter(place => !needs.places.has(place) || isRest(at.get(place))));
const CAME = 'is there';
rest.setStart(rest.addFunction(CAME, none, none, [], rest.global.set(THERE, rest.i32.const(1))));
rest.runPasses(['remove-unused-module-elements']);
const tables = list(rest.getNumTables(), i => binaryen.getTableInfo(rest.getTableByIndex(i))).filter(t => !t.module);
const variables = list(rest.getNumGlobals(), i => binaryen.getGlobalInfo(rest.getGlobalByIndex(i))).filter(g => !g.module && g.mutable);
if (tables.length + variables.length > 0) throw new Error(`${from} has a table or a variable that both parts would have for themselves`);
const present = new Set(functionsOf(first).map(({ name }) => name));
for (const { base } of functionsOf(rest).filter(f => f.module === PROGRAM)) {
  const { name, module, base: asked, params, results } = all[called.get(base)];
  // What only the rest calls of the page's script comes by way of the first file too: the script knows of one program.
  if (!present.has(name)) first.addFunctionImport(name, module, asked, params, results);
  first.addFunctionExport(name, base);
}

binaryen.setDebugInfo(true);
for (const [module, path] of [[first, toFirst], [rest, toRest]]) {
  if (!module.validate()) throw new Error(`${path} is not valid`);
  const written = Buffer.from(module.emitBinary());
  // Nothing where the constants of the rest were: wasm-opt leaves out what is nothing, as memory is that from the start.
  if (module === first) {
    const { content } = dataOf(written).find(({ address }) => address === base);
    has.forEach((is, at) => is || (content[at] = 0));
  }
  writeFileSync(path, written);
}
