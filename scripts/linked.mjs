// Reads what the linker wrote beside a program (`--emit-relocs`): where its data lie, and who points to what.
//
// The conventions are those of WebAssembly's tools: https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md
import { Reader, dataOf, sectionsOf } from './wasm.mjs';

const SEGMENTS = 5, SYMBOLS = 8, OF_DATA = 1, OF_A_SECTION = 3, UNDEFINED = 0x10, NAMED = 0x40;
// Relocations: what is written in data is a place in the table of functions; what is written there or in code is an address. And those
// with a number of their own beside the symbol's, for reading over them.
const PLACE_IN_DATA = 2, ADDRESS = new Set([3, 4, 5]), WITH_ADDEND = new Set([3, 4, 5, 8, 9, 11, 14, 15, 16, 17, 21, 22, 23]);

/**
 * What is known of a linked program, or nothing if the linker's tables are not there:
 * - `pieces`, one for each constant or variable, by address: `address`, `size`, `to`, the pieces that it points to, and `places`, those in
 *   the table of functions that it names;
 * - `constants`, where those lie that nobody writes to: `address` and `content`;
 * - `meant`, the pieces that a number in the code can mean: the compiler folds sums, so a number may lie before its piece or after it;
 */
export function readLinked(bytes) {
  const sections = sectionsOf(bytes);
  const [names, ofCode, ofData] = ['linking', 'reloc.CODE', 'reloc.DATA'].map(name => sections.find(section => section.name === name));
  if (!names || !ofCode || !ofData) return undefined;
  const segments = dataOf(bytes);

  const symbols = [], segmentNames = [];
  const reader = new Reader(bytes, names.content);
  reader.number();
  while (reader.at < names.end) {
    const kind = reader.byte(), end = reader.number() + reader.at;
    if (kind === SEGMENTS) for (let n = reader.number(); n > 0; n--) {
      segmentNames.push(reader.text());
      reader.skipTwo();
    } else if (kind === SYMBOLS) for (let n = reader.number(); n > 0; n--) symbols.push(symbol(reader));
    reader.at = end;
  }
  const pieces = symbols.filter(piece => piece?.size > 0);
  for (const piece of pieces) piece.address = segments[piece.segment].address + piece.offset;
  pieces.sort((a, b) => a.address - b.address);

  // Where in the code this stands is of no use, as wasm-bindgen has written the code anew since.
  const meant = new Map();
  for (const { kind, of, plus } of relocations(bytes, ofCode)) {
    const piece = symbols[of];
    if (!ADDRESS.has(kind) || !(piece?.size > 0)) continue;
    const number = piece.address + plus;
    if (!meant.has(number)) meant.set(number, new Set());
    meant.get(number).add(piece);
  }
  for (const { kind, at, of } of relocations(bytes, ofData)) {
    if (kind !== PLACE_IN_DATA && !(ADDRESS.has(kind) && symbols[of]?.size > 0)) continue;
    const { address, begin, content } = segments.find(({ begin, content }) => at >= begin && at < begin + content.length);
    const from = pieceAt(pieces, address + at - begin);
    if (!from) throw new Error('an address stands in no piece of data');
    if (kind === PLACE_IN_DATA) from.places.add(content.readUInt32LE(at - begin));
    else from.to.add(symbols[of]);
  }
  return { pieces, meant, constants: segments[segmentNames.indexOf('.rodata')] };
}

/** Reads a symbol; one of data as a piece. */
function symbol(reader) {
  const kind = reader.byte(), flags = reader.number(), defined = !(flags & UNDEFINED);
  if (kind === OF_A_SECTION) reader.number();
  else if (kind === OF_DATA) {
    reader.text();
    if (defined) return { segment: reader.number(), offset: reader.number(), size: reader.number(), to: new Set(), places: new Set() };
  } else {
    reader.number();
    if (defined || flags & NAMED) reader.text();
  }
  return undefined;
}

function* relocations(bytes, section) {
  const reader = new Reader(bytes, section.content);
  reader.number();
  for (let n = reader.number(); n > 0; n--) {
    const kind = reader.byte(), at = reader.number(), of = reader.number();
    yield { kind, at, of, plus: WITH_ADDEND.has(kind) ? reader.signed() : 0 };
  }
}

/** The piece in which an address lies. */
function pieceAt(pieces, address) {
  let low = 0, high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle].address <= address) low = middle + 1;
    else high = middle;
  }
  const piece = pieces[low - 1];
  return piece && address < piece.address + piece.size ? piece : undefined;
}
