/** The time of a log line, `10/Oct/2000:13:55:36 -0700`, as ISO 8601. */

export const TIME_BYTES = 26;

const LF = 0x0a;
const HOUR_CHARACTERS = 'YYYY-MM-DDTHH'.length;
const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const TIME = /^(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d)$/;

/** Reads one time after another; lines of the same second stand together, so the last one is kept. */
export class LogTime {
  /** The time that was read last. */
  iso = '';
  /** As far as its hour: `2000-10-10T13`. */
  get hour(): string {
    return this.iso.slice(0, HOUR_CHARACTERS);
  }

  /** At first what is in no line. */
  readonly #last = new Uint8Array(TIME_BYTES).fill(LF);

  /** Whether TIME_BYTES bytes from `at` on are a time. */
  read(line: Buffer, at: number): boolean {
    const last = this.#last;
    let same = 0;
    // From behind: seconds differ sooner than days.
    while (same < TIME_BYTES && line[at + TIME_BYTES - 1 - same] === last[TIME_BYTES - 1 - same]) same += 1;
    if (same === TIME_BYTES) return true;
    const iso = isoOf(line.toString('latin1', at, at + TIME_BYTES));
    if (iso === undefined) return false;
    this.iso = iso;
    for (let i = 0; i < TIME_BYTES; i++) last[i] = line[at + i] as number; // `isoOf` saw that many
    return true;
  }
}

function isoOf(text: string): string | undefined {
  const [, day = '', name = '', year, hour = '', minute = '', second = '', zone, zoneMinute = ''] =
    TIME.exec(text) ?? [];
  const month = MONTHS.indexOf(name) / 3 + 1;
  const isDay = day >= '01' && day <= '31' && Number.isInteger(month) && name !== '';
  // A minute may have a 61st second.
  if (!isDay || hour > '23' || minute > '59' || second > '60' || zoneMinute > '59') return undefined;
  return `${year}-${String(month).padStart(2, '0')}-${day}T${hour}:${minute}:${second}${zone}:${zoneMinute}`;
}
