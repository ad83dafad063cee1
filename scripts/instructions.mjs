// What a function of a wasm speaks of: other functions, and numbers, some of which are addresses.
//
// WebAssembly Core Specification 5.4 (https://webassembly.github.io/spec/core/binary/instructions.html), without vectors and threads,
// of which rustc uses none here. An instruction that is not known would be read as another one, so a function that does not end where
// it should is an error.
import { Reader } from './wasm.mjs';

/** Of the code of a function: `calls`, the functions that it names, by number; `constants`; and `offsets`, what is added to an address. */
export function read(code) {
  const said = { calls: new Set(), constants: new Set(), offsets: new Set() }, reader = new Reader(code, 0);
  // Locals: how many, of which type.
  for (let n = reader.number(); n > 0; n--) {
    reader.number();
    reader.at++;
  }
  while (reader.at < code.length) readInstruction(reader, said);
  if (reader.at !== code.length) throw new Error('an instruction that this script does not know');
  return said;
}

const BLOCK = 0x02, IF = 0x04, BRANCH = 0x0c, BRANCH_IF = 0x0d, BRANCH_TABLE = 0x0e, CALL = 0x10, CALL_INDIRECT = 0x11, SELECT_OF = 0x1c;
const LOCAL_GET = 0x20, TABLE_SET = 0x26, LOAD = 0x28, STORE = 0x3e, MEMORY_SIZE = 0x3f, MEMORY_GROW = 0x40;
const I32_CONST = 0x41, I64_CONST = 0x42, F32_CONST = 0x43, F64_CONST = 0x44, REF_NULL = 0xd0, REF_FUNC = 0xd2, MORE = 0xfc, VECTOR = 0xfd;

function readInstruction(reader, { calls, constants, offsets }) {
  const code = reader.byte();
  if (code >= BLOCK && code <= IF) reader.signed();
  else if (code === CALL || code === REF_FUNC) calls.add(reader.number());
  else if (code === BRANCH || code === BRANCH_IF) reader.number();
  else if (code === BRANCH_TABLE) for (let n = reader.number(); n >= 0; n--) reader.number();
  else if (code === CALL_INDIRECT) reader.skipTwo();
  else if (code === SELECT_OF) reader.at += reader.number();
  else if (code >= LOCAL_GET && code <= TABLE_SET) reader.number();
  else if (code >= LOAD && code <= STORE) {
    reader.number();
    offsets.add(reader.number());
  } else if (code === MEMORY_SIZE || code === MEMORY_GROW || code === REF_NULL) reader.at++;
  else if (code === I32_CONST) constants.add(reader.signed() >>> 0);
  else if (code === I64_CONST) while (reader.byte() > 127);
  else if (code === F32_CONST) reader.at += 4;
  else if (code === F64_CONST) reader.at += 8;
  else if (code === MORE) readMore(reader);
  else if (code >= VECTOR) throw new Error('an instruction of vectors or threads');
}

/** What begins with the byte of further instructions: conversions that saturate, then memory and tables in bulk. */
function readMore(reader) {
  const code = reader.number();
  if (code === 9 || code === 11 || code === 13 || code >= 15) reader.number();
  else if (code >= 8) reader.skipTwo();
}
