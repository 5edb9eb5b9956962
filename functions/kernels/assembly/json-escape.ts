/** What may stand behind a backslash in a text of JSON. */
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;

/** Where it goes on behind an escape, whose backslash stands before; or 0. */
export function afterEscape(at: usize): usize {
  const byte = load<u8>(at);
  if (byte == 0x75) {
    for (let i: usize = 1; i <= 4; i++) {
      const hex = <u32>load<u8>(at + i) | 0x20;
      if (hex - 0x30 > 9 && hex - 0x61 > 5) return 0;
    }
    return at + 5;
  }
  const known =
    byte == QUOTE || byte == BACKSLASH || byte == 0x2f || byte == 0x62 || byte == 0x66 || byte == 0x6e || byte == 0x72 || byte == 0x74;
  return known ? at + 1 : 0;
}
