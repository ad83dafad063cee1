// Reads a wasm as the other scripts want it: sections, functions with their names, how much data.
import { readFileSync } from 'node:fs';

// Numbers of the binary format, WebAssembly Core Specification 5.5.
const CUSTOM = 0, IMPORT = 2, EXPORT = 7, CODE = 10, DATA = 11;
const FUNCTION_NAMES = 1, I32_CONST = 0x41;

/** Reads the binary format, from a place on. */
export class Reader {
  constructor(bytes, at) {
    Object.assign(this, { bytes, at });
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** A number as LEB128. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  /** Two numbers that are of no use. */
  skipTwo() {
    this.number();
    this.number();
  }

  /** A number of 32 bits that may be below nothing. */
  signed() {
    let value = 0, shift = 0, byte;
    do {
      byte = this.bytes[this.at++];
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return shift < 32 && byte & 64 ? value | (-1 << shift) : value;
  }

  text() {
    const length = this.number();
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }
}

/** The sections of a module: `kind`, for a custom one its `name`, and where it has its `begin`, its `content` and its `end`. */
export function sectionsOf(bytes) {
  const sections = [], reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) {
    const begin = reader.at, kind = reader.byte(), length = reader.number(), end = reader.at + length;
    const name = kind === CUSTOM ? reader.text() : undefined;
    sections.push({ kind, name, begin, content: reader.at, end });
    reader.at = end;
  }
  return sections;
}

/**
 * The module in a file:
 * - `bytes`, all of it, and `functionsImported`, which are numbered before its own;
 * - `functions`, the bytes of each function of its own, and `names` by number, as far as it has names;
 * - `data`, how many bytes of data it has;
 * - `section`, where its section of names begins and ends, if it has one;
 * - `imports` and `exports`, these sections with the name of each: `begin`, `content` and `end`, and in `names` where each name begins
 *   with its length, where it ends, and its `text`.
 */
export function read(path) {
  return parsed(readFileSync(path));
}

/** The same of a module that is at hand. */
export function parsed(bytes) {
  const module = { bytes, functionsImported: 0, functions: [], names: new Map(), data: 0, section: null, imports: null, exports: null };
  for (const section of sectionsOf(bytes)) {
    const { kind, name, begin, content, end } = section;
    const reader = new Reader(bytes, content);
    if (kind === IMPORT) {
      module.imports = { begin, content, end, names: [] };
      for (let n = reader.number(); n > 0; n--) module.functionsImported += imported(reader, module.imports.names);
    } else if (kind === EXPORT) {
      module.exports = { begin, content, end, names: [] };
      for (let n = reader.number(); n > 0; n--) {
        module.exports.names.push(named(reader));
        reader.at++;
        reader.number();
      }
    } else if (kind === CODE) for (let n = reader.number(); n > 0; n--) {
      const size = reader.number();
      module.functions.push(bytes.subarray(reader.at, (reader.at += size)));
    } else if (kind === DATA) module.data = end - content;
    else if (name === 'name') {
      module.section = { begin, end };
      while (reader.at < end) {
        const names = reader.byte(), until = reader.number() + reader.at;
        if (names === FUNCTION_NAMES) for (let n = reader.number(); n > 0; n--) {
          const index = reader.number();
          module.names.set(index, reader.text());
        }
        reader.at = until;
      }
    }
  }
  return module;
}

function named(reader) {
  const begin = reader.at;
  return { begin, text: reader.text(), end: reader.at };
}

/** Reads an import; whether it is a function. */
function imported(reader, names) {
  reader.text();
  names.push(named(reader));
  const kind = reader.byte();
  if (kind === 0) reader.number();
  else if (kind === 3) reader.at += 2;
  else {
    // A table has a type before its limits, a tag an attribute before its type.
    if (kind === 1 || kind === 4) reader.at++;
    const limits = reader.number();
    if (kind !== 4) {
      reader.number();
      if (limits & 1) reader.number();
    }
  }
  return kind === 0;
}

/** The data of a module, by segment: the `address` of each, its `content`, and where that `begin`s in the section, as a linker counts. */
export function dataOf(bytes) {
  const segments = [], section = sectionsOf(bytes).find(({ kind }) => kind === DATA);
  const reader = new Reader(bytes, section.content);
  for (let n = reader.number(); n > 0; n--) {
    if (reader.number() !== 0 || reader.byte() !== I32_CONST) throw new Error('data of a kind that no linker writes here');
    const address = reader.signed();
    reader.byte();
    const length = reader.number(), begin = reader.at - section.content;
    segments.push({ address, begin, content: bytes.subarray(reader.at, (reader.at += length)) });
  }
  return segments;
}

/** The module without what a linker wrote for other tools: of the custom sections there stay the names, and what a browser has to know. */
export function bare(bytes) {
  const kept = sectionsOf(bytes).filter(({ kind, name }) => kind !== CUSTOM || name === 'name' || name === 'target_features');
  return Buffer.concat([bytes.subarray(0, 8), ...kept.map(({ begin, end }) => bytes.subarray(begin, end))]);
}

/** A number as the binary format writes it. */
export function leb(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return Buffer.from([...bytes, value]);
}

/** The section of names with these names of functions, by number from `first` on. */
export function sectionOfNames(names, first) {
  const entries = names.flatMap((name, i) => [leb(first + i), leb(name.length), Buffer.from(name, 'ascii')]);
  const list = Buffer.concat([leb(names.length), ...entries]);
  const content = Buffer.concat([leb(4), Buffer.from('name'), Buffer.from([FUNCTION_NAMES]), leb(list.length), list]);
  return Buffer.concat([Buffer.from([CUSTOM]), leb(content.length), content]);
}

/** The module with other names of what it imports and exports, each in the order in which it does. */
export function withNames({ bytes, imports, exports }, imported, exported) {
  const section = ({ content, end, names }, kind, others) => {
    const starts = [content, ...names.map(name => name.end)];
    const renamed = others.flatMap((other, i) => {
      return [bytes.subarray(starts[i], names[i].begin), leb(other.length), Buffer.from(other, 'ascii')];
    });
    const all = Buffer.concat([...renamed, bytes.subarray(starts.at(-1), end)]);
    return Buffer.concat([Buffer.from([kind]), leb(all.length), all]);
  };
  return Buffer.concat([
    bytes.subarray(0, imports.begin), section(imports, IMPORT, imported),
    bytes.subarray(imports.end, exports.begin), section(exports, EXPORT, exported),
    bytes.subarray(exports.end),
  ]);
}
