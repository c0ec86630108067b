import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A command line of Whittle that leaves `result`; it is not run again where that is there. */
export interface EvidenceRun {
  readonly name: string;
  readonly argv: readonly string[];
  readonly result: string;
  /** Folder in which an interrupted specialize run can be gone on with. */
  readonly resumable?: string;
  /** What has to be there before. */
  readonly needs?: string;
}

export interface EvidenceSettings {
  readonly out: string;
  readonly domains: readonly string[];
  readonly seeds: number;
  readonly sweeps: readonly SweepName[];
  /** As `specialize --controls` takes them. */
  readonly controls: string;
  readonly rounds: string;
}

const model = ['--model', 'public/models/pocket'];

export const runFolderOf = (out: string, domain: string, seed: number): string =>
  join(out, `${domain}-${seed}`);
export const sweepFolderOf = (out: string, domain: string, name: SweepName): string =>
  join(out, `${domain}-${name}`);

/** What is varied on the first run of each domain. */
export const sweeps = {
  seeds: 'seedCount=4,8,16,24',
  tradeOff: 'replayShare=0,0.3125,1;learningRate=5e-4,1e-3',
  strength: 'strength=0.5,0.7,0.85,1',
} as const;
export type SweepName = keyof typeof sweeps;

/** All runs, the most telling first: every domain and seed with all controls and a second round, then the sweeps. */
export function evidenceRuns({
  out,
  domains,
  seeds,
  sweeps: names,
  ...asked
}: EvidenceSettings): EvidenceRun[] {
  const methods = Array.from({ length: seeds }, (_, i) => i + 1).flatMap((seed) =>
    domains.map((domain): EvidenceRun => {
      const folder = runFolderOf(out, domain, seed);
      const argv = [
        ...['specialize', ...model, '--domain', `public/domains/${domain}.json`, '--out', folder],
        ...['--seed', String(seed), '--controls', asked.controls, '--rounds', asked.rounds],
        ...['--settings', join(out, 'settings.json')],
      ];
      return {
        name: `${domain}, seed ${seed}`,
        argv,
        result: join(folder, 'report.json'),
        resumable: folder,
      };
    }),
  );
  const varied = names.flatMap((name) =>
    domains.map((domain): EvidenceRun => {
      const [from, folder] = [runFolderOf(out, domain, 1), sweepFolderOf(out, domain, name)];
      const argv = ['sweep', '--from', from, '--vary', sweeps[name], '--out', folder];
      return {
        name: `${domain}, ${name}`,
        argv,
        result: join(folder, 'sweep.md'),
        needs: join(from, 'run.json'),
      };
    }),
  );
  return [...methods, ...varied];
}

/** A second round is kept whatever it does, and models are tested after answered seeds too: evidence wants to know. */
const settings = { settings: { maxFall: 1, fewShot: 3 } };

/**
 * Runs what is not done yet, so many at a time with a thread each: small models gain little by a second thread. Rejects
 * with the last line of the first that fails, after the others that are going have ended.
 */
export async function runAll(
  runs: readonly EvidenceRun[],
  { out, parallel }: { readonly out: string; readonly parallel: number },
): Promise<void> {
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'settings.json'), JSON.stringify(settings));
  const waiting = runs.filter(({ result }) => !existsSync(result));
  const failures: Error[] = [];
  const work = async (): Promise<void> => {
    while (failures.length === 0) {
      const next = waiting.findIndex(({ needs }) => needs === undefined || existsSync(needs));
      const [run] = next < 0 ? [] : waiting.splice(next, 1);
      if (!run) return;
      const start = performance.now();
      await runOne(run).catch((error: unknown) => failures.push(error as Error));
      const seconds = (performance.now() - start) / 1000;
      addSeconds(out, run.name, seconds);
      console.error(`${run.name}: ${seconds.toFixed(0)} s`);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  if (failures[0]) throw failures[0];
}

/** Seconds that each run took so far, over all calls, by its name. */
export function readSeconds(out: string): Readonly<Record<string, number>> {
  const file = join(out, 'seconds.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>) : {};
}

/** Adds to what a run took before it was interrupted; at once, since several runs end in their own time. */
function addSeconds(out: string, name: string, seconds: number): void {
  const known = readSeconds(out);
  const sum = { ...known, [name]: Math.round((known[name] ?? 0) + seconds) };
  writeFileSync(join(out, 'seconds.json'), JSON.stringify(sum, null, 2));
}

function runOne({ name, argv, resumable }: EvidenceRun): Promise<void> {
  const isBegun = resumable !== undefined && existsSync(join(resumable, 'unfinished/events.jsonl'));
  const line = isBegun ? ['specialize', '--resume', '--out', resumable] : argv;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', 'src/cli/main.ts', ...line, '--threads', '1', '--json'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let last = '';
  child.stderr.on('data', (chunk: Buffer) => (last = chunk.toString().trim().split('\n').at(-1) ?? last));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${name} failed: ${last}`))));
  });
}
