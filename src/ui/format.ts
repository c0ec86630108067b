/** 0.5837 → "58". Scores are shown as whole points out of 100. */
export const points = (share: number): string => String(Math.round(share * 100));

/** +0.124 → "+12", −0.03 → "−3", with a real minus sign. */
export function signedPoints(share: number): string {
  const rounded = Math.round(share * 100);
  return rounded < 0 ? `−${-rounded}` : `+${rounded}`;
}

const byteUnits = ['bytes', 'kB', 'MB', 'GB'];

/** 3145728 → "3.1 MB" (decimal units, as file managers show them). */
export function byteSize(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${byteUnits[power]}`;
}

/** 2410000 → "2.4 M", 134515008 → "135 M". */
export function bigCount(count: number): string {
  const short = (value: number) => (value < 100 ? value.toFixed(1) : String(Math.round(value)));
  if (count >= 1e9) return `${short(count / 1e9)} B`;
  if (count >= 1e6) return `${short(count / 1e6)} M`;
  return count >= 1e3 ? `${Math.round(count / 1e3)} K` : String(count);
}

/** 0.00098 → "9.8e-4"; 0.0123 → "0.012". */
export const smallNumber = (value: number): string =>
  value === 0 || Math.abs(value) >= 1e-2 ? value.toPrecision(2) : value.toExponential(1);

/** "1 task", "3 tasks". */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** "documents/drugs.md" → "drugs.md". */
export const baseName = (path: string): string => path.split('/').at(-1) ?? path;

/** The first eight digits of a hash, as answers and adapters are labelled. */
export const shortHash = (hash: string): string => hash.slice(0, 8);

const clock = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

export const dateAndTime = (time: number): string => clock.format(time);
