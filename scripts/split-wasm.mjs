#!/usr/bin/env node
// Parts a wasm in two: what the front door needs, and the rest.   node scripts/split-wasm.mjs NAMED.wasm FIRST.wasm REST.wasm
//
// Whoever comes to look gets the first file; the second comes when somebody touches the page or followed a link (src/platform/rest.rs).
// A function of the rest leaves a stub behind, which sees to it that the rest is there and goes on by the table of functions. So it
// does not matter to what the program does where a function is; only the first touch would wait if the front door needed one of
// the rest, and a test in a browser holds that it does not. Functions that nobody but the rest calls go with it by themselves.
//
// What only the rest reads of the program's data goes with it: the words of the patterns, above all. The linker's tables say who points
// to what (scripts/linked.mjs), so this is known and not guessed. Where those are not there, all data stay with the first file.
//
// An own script over binaryen's library, because npm's package of it has no wasm-split; and that takes its parts from a profile,
// for which each build would need a browser.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { numbersIn } from './instructions.mjs';
import { needed, readLinked } from './linked.mjs';
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
];
/** What loads the rest: the export of src/platform/rest.rs. */
const LOADS = 'rest_now';
/** What the two are to each other. Not the names of exports that the page's script knows. */
const PROGRAM = 'p', TABLE = 'T', STACK = 'S', THERE = 'R';

const linked = readLinked(readFileSync(from));
const bytes = bare(readFileSync(from));
const [first, rest] = [binaryen.readBinary(bytes), binaryen.readBinary(bytes)];
const list = (count, get) => Array.from({ length: count }, (_, i) => get(i));
const functionsOf = module => list(module.getNumFunctions(), i => binaryen.getFunctionInfo(module.getFunctionByIndex(i)));
const exportsOf = module => list(module.getNumExports(), i => binaryen.getExportInfo(module.getExportByIndex(i)));

const all = functionsOf(first);
const exported = new Set(exportsOf(first).filter(e => e.kind === binaryen.ExternalFunction).map(e => e.value));
const loads = exportsOf(first).find(e => e.name === LOADS)?.value;
if (loads === undefined) throw new Error(`${from} exports no ${LOADS}`);

// Where each is called by a number: its places in the table of functions.
const table = binaryen.getTableInfo(first.getTableByIndex(0));
const segments = list(first.getNumElementSegments(), i => binaryen.getElementSegmentInfo(first.getElementSegmentByIndex(i)));
if (segments.length !== 1) throw new Error(`${from} has ${segments.length} lists of functions, and this script knows of one`);
const begin = binaryen.getExpressionInfo(segments[0].offset).value;
const places = new Map();
segments[0].data.forEach((name, i) => places.set(name, [...(places.get(name) ?? []), begin + i]));

// How long each is. A short one may stand for others too, of which the compiler found that they do the same.
const SHORT = 48;
/** As many bytes as the head of a run of data, about. */
const SHORT_GAP = 6;
const module = parsed(bytes);
const long = new Set(module.functions.flatMap((f, i) => (f.length > SHORT ? [module.names.get(i + module.functionsImported)] : [])));

const plain = name => name.replace(/\[[0-9a-f]+\]|::h[0-9a-f]{16}$/g, '');
/**
 * Whether a function is of the rest. One that only has a type of the rest among its own is so if it is called by a number, as what a
 * future or a component does. Those that are not go with the rest all the same where nobody else calls them.
 */
function isRest(name) {
  const path = plain(name);
  if (!long.has(name) || !REST.some(of => of.test(path))) return false;
  const own = path.replace(/^<+(&|mut |dyn |\[|\()*/, '');
  return REST.some(of => own.search(of) === 0) || (places.has(name) && !own.startsWith('core::ptr::drop_in_place'));
}
const moved = all.filter(f => !f.module && !exported.has(f.name) && isRest(f.name));
if (moved.length === 0) throw new Error(`${from} has no functions of the rest: does it have names?`);
let end = table.initial;
for (const { name } of moved) if (!places.has(name)) places.set(name, [end++]);

// The first file: a stub for each function of the rest.
const { none, i32 } = binaryen;
const NEED = 'needs the rest';
first.addGlobal(THERE, i32, true, first.i32.const(0));
first.addFunction(NEED, none, none, [], first.if(first.i32.eqz(first.global.get(THERE, i32)), first.call(loads, [], none)));
for (const { name, params, results } of moved) {
  first.removeFunction(name);
  const handed = binaryen.expandType(params).map((type, i) => first.local.get(i, type));
  const goesOn = first.call_indirect(table.name, first.i32.const(places.get(name)[0]), handed, params, results);
  first.addFunction(name, params, results, [], first.block(null, [first.call(NEED, [], none), goesOn], results));
}
for (const larger of [first.getTableByIndex(0), rest.getTableByIndex(0)]) {
  binaryen.Table.setInitial(larger, end);
  binaryen.Table.setMax(larger, end);
}
first.addTableExport(table.name, TABLE);
first.addGlobalExport('__stack_pointer', STACK);
first.addGlobalExport(THERE, THERE);
first.runPasses(['remove-unused-module-elements']);
const kept = new Set(functionsOf(first).map(f => f.name));
for (const { name } of moved) kept.delete(name);

// Which constants the first file can do without: those that no function of it needs, each with its neighbours in one run.
const codeOfFirst = parsed(Buffer.from(first.emitBinary())).functions;
const runs = linked ? runsWithout(needed(linked, numbersIn(codeOfFirst))) : [];

/** The runs of constants that are not among these pieces: from and to which address. */
function runsWithout(kept) {
  const { pieces, constants } = linked, last = constants.address + constants.content.length, runs = [];
  for (const piece of pieces) {
    if (kept.has(piece) || piece.address < constants.address || piece.address >= last) continue;
    const end = piece.address + piece.size, run = runs.at(-1);
    // A constant that both have does no harm where it is short: to begin another run takes as many bytes.
    if (run && piece.address - run.to <= SHORT_GAP) {
      run.without.push([piece.address, end]);
      run.to = end;
    } else runs.push({ from: piece.address, to: end, without: [[piece.address, end]] });
  }
  return runs;
}

// The rest: its functions, and what they call of the first file as imports. Memory, table and stack are those of the first file.
for (const { name } of exportsOf(rest)) rest.removeExport(name);
rest.removeElementSegment(segments[0].name);
const called = new Map();
for (const f of all.filter(f => f.module || kept.has(f.name))) {
  const { name, params, results } = f;
  const short = `.${called.size.toString(36)}`;
  called.set(short, f);
  rest.removeFunction(name);
  rest.addFunctionImport(name, PROGRAM, short, params, results);
}
const memory = rest.getMemoryInfo();
rest.setMemory(memory.initial, -1, null, runs.map(({ from, to }) => {
  const { address, content } = linked.constants;
  return { passive: false, offset: rest.i32.const(from), data: content.subarray(from - address, to - address) };
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
for (const { name } of moved) {
  for (const place of places.get(name)) rest.addActiveElementSegment(table.name, `at ${place}`, [name], rest.i32.const(place));
}
const CAME = 'is there';
rest.setStart(rest.addFunction(CAME, none, none, [], rest.global.set(THERE, rest.i32.const(1))));
rest.runPasses(['remove-unused-module-elements']);
const tables = list(rest.getNumTables(), i => binaryen.getTableInfo(rest.getTableByIndex(i))).filter(t => !t.module);
const variables = list(rest.getNumGlobals(), i => binaryen.getGlobalInfo(rest.getGlobalByIndex(i))).filter(g => !g.module && g.mutable);
if (tables.length + variables.length > 0) throw new Error(`${from} has a table or a variable that both parts would have for themselves`);
for (const { base } of functionsOf(rest).filter(f => f.module === PROGRAM)) {
  const f = called.get(base);
  // What only the rest calls of the page's script comes by way of the first file too: the script knows of one program.
  if (!kept.has(f.name)) first.addFunctionImport(f.name, f.module, f.base, f.params, f.results);
  first.addFunctionExport(f.name, base);
}

binaryen.setDebugInfo(true);
for (const [module, path] of [[first, toFirst], [rest, toRest]]) {
  if (!module.validate()) throw new Error(`${path} is not valid`);
  const written = Buffer.from(module.emitBinary());
  // Nothing where the constants of the rest were: wasm-opt leaves out what is nothing, as memory is that from the start.
  if (module === first) for (const [begin, end] of runs.flatMap(({ without }) => without)) {
    const { address, content } = dataOf(written).find(({ address, content }) => begin >= address && begin < address + content.length);
    content.fill(0, begin - address, end - address);
  }
  writeFileSync(path, written);
}
