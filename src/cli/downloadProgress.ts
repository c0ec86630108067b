import type { DownloadProgress } from '../hub/progress.ts';

/** Time between two lines where they cannot replace each other. */
const lineEveryMs = 10_000;
const redrawEveryMs = 200;

/** Shows a download on stderr: one line that is drawn again on a terminal, else a line now and then. */
export function downloadProgress(name: string): {
  readonly show: (progress: DownloadProgress) => void;
  readonly end: () => void;
} {
  const isTerminal = process.stderr.isTTY;
  let shownAt = -Infinity;
  let isShown = false;
  const show = (progress: DownloadProgress): void => {
    const now = performance.now();
    if (now - shownAt < (isTerminal ? redrawEveryMs : lineEveryMs)) return;
    shownAt = now;
    isShown = true;
    const line = describeProgress(name, progress);
    if (isTerminal) process.stderr.write(`\r${line}\u001b[K`);
    else console.error(line);
  };
  const end = (): void => {
    if (isShown) console.error(isTerminal ? `\rDownloaded ${name}.\u001b[K` : `Downloaded ${name}.`);
  };
  return { show, end };
}

/** "Downloading a/b: 120 of 480 MB, 40 s left". */
export function describeProgress(name: string, { bytes, totalBytes, secondsLeft }: DownloadProgress): string {
  const [done, total] = [Math.floor(bytes / 1e6), Math.ceil(totalBytes / 1e6)];
  const left = secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`;
  return `Downloading ${name}: ${done} of ${total} MB${left}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
