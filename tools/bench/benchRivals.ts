import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { repository } from '../serve/buildApp.ts';
import { describeMachine } from './benchMemory.ts';
import { openChromium, servedModel } from './inChromium.ts';
import { checkAgreement } from './rivals/agreement.ts';
import { contenderNames, type ContenderName } from './rivals/contenders.ts';
import { renderRivals, type MeasuredContender } from './rivals/rivalTable.ts';
import { writeRivalModel } from './rivals/writeRivalModel.ts';
import { shapesFolder } from './writeShape.ts';

/**
 * Measures a training step of the same small decoder with our engine, jax-js and TensorFlow.js in one page of Chromium on
 * WASM, all of them in turn, and prints a table. Nothing is timed unless all gradients agree.
 */
export async function benchRivals(argv: readonly string[]): Promise<void> {
  const { names, rounds, threads, out } = readOptions(argv);
  installRivals();
  mkdirSync(out, { recursive: true });
  const folder = writeRivalModel(join(shapesFolder, 'rivals'));
  const browser = await openChromium(out, [folder], { source: 'tools/bench/rivals/page', isGuarded: false });
  try {
    const page = await browser.open();
    const measured = await measure(page, { names, rounds, threads, model: servedModel(folder) });
    const machine = { ...describeMachine(), chromium: browser.version };
    const text = renderRivals(measured, rounds, machine);
    writeFileSync(join(out, 'rivals.json'), `${JSON.stringify({ machine, rounds, measured }, null, 2)}\n`);
    writeFileSync(join(out, 'rivals.md'), text);
    console.log(text);
  } finally {
    await browser.close();
  }
}

function readOptions(argv: readonly string[]) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: 'string', default: '' },
      rounds: { type: 'string', default: '15' },
      threads: { type: 'string', default: '2' },
      out: { type: 'string', default: 'out/bench' },
    },
  });
  const words = values.only.split(',');
  // The first is what the others are compared with.
  const names = contenderNames.filter((name, i) => i === 0 || words.some((word) => name.includes(word)));
  return { names, rounds: Number(values.rounds), threads: Number(values.threads), out: values.out };
}

/** The other libraries have a package of their own, which nothing else needs. */
function installRivals(): void {
  const cwd = join(repository, 'tools/bench/rivals');
  // npm writes it last.
  if (existsSync(join(cwd, 'node_modules/.package-lock.json'))) return;
  console.error('Installing jax-js and TensorFlow.js in tools/bench/rivals …');
  execFileSync('npm', ['ci'], { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
}

interface Measurement {
  readonly names: readonly ContenderName[];
  readonly rounds: number;
  readonly threads: number;
  readonly model: string;
}

async function measure(
  page: Page,
  { names, rounds, threads, model }: Measurement,
): Promise<MeasuredContender[]> {
  const used = new Map<ContenderName, number>();
  const computed = new Map<ContenderName, { loss: number; gradient: number[] }>();
  for (const name of names) {
    console.error(`${name}: library, model and a first gradient …`);
    const opened = [name, model, threads] as const;
    used.set(name, await page.evaluate((asked) => globalThis.rivalsPage.open(...asked), opened));
    computed.set(name, await page.evaluate((asked) => globalThis.rivalsPage.gradient(asked), name));
  }
  const differences = checkAgreement(computed);
  const seconds = await timeInTurn(page, names, rounds);
  return names.map((name) => ({
    name,
    threads: used.get(name)!,
    difference: differences.get(name)!,
    seconds: seconds.get(name)!,
  }));
}

/** Steps that come before those that are timed: the first compile and fill caches. */
const warmUp = 2;

async function timeInTurn(
  page: Page,
  names: readonly ContenderName[],
  rounds: number,
): Promise<Map<ContenderName, number[]>> {
  const seconds = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = -warmUp; round < rounds; round++) {
    const losses = new Map<ContenderName, { loss: number; gradient: number[] }>();
    for (const name of names) {
      const step = await page.evaluate((asked) => globalThis.rivalsPage.step(asked), name);
      losses.set(name, { loss: step.loss, gradient: [1] });
      if (round >= 0) seconds.get(name)!.push(step.seconds);
    }
    // All of them go the same way, so that they are still the same problem.
    checkAgreement(losses);
    if (round >= 0) console.error(`  round ${round + 1} of ${rounds}`);
  }
  return seconds;
}
