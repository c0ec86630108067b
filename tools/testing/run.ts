import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findChromium, installChromium } from './findChromium.ts';
import { lineOf, sumOf, tallyOf, type Tally, type VitestReport } from './tally.ts';

// One after the other: sessions on the CPU and a software GPU want all cores, and timings would suffer side by side.
const projects = ['unit', 'cpu', 'gpu', 'e2e'] as const;

const longestProjectMs = 20 * 60_000;
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

/** Runs one vitest project to its end, its report on the terminal, and counts it. */
function runProject(project: string, reports: string, filters: readonly string[]): Tally {
  const file = join(reports, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const command = [vitest, 'run', '--project', project, '--passWithNoTests', ...reporters, ...filters];
  const run = spawnSync(process.execPath, command, { stdio: 'inherit', timeout: longestProjectMs });
  const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as VitestReport) : undefined;
  return tallyOf(report, run.status ?? 1);
}

function hasBrowser(): boolean {
  if (!findChromium()) installChromium();
  if (findChromium()) return true;
  console.log('No Chromium on this machine (CHROME_PATH names one): tests in the browser are skipped.');
  return false;
}

/** Arguments: names of projects to run (default all), and anything else as vitest's filters on file names. */
function main(args: readonly string[]): void {
  const chosen = projects.filter((project) => args.includes(project));
  const filters = args.filter((arg) => !projects.some((project) => project === arg));
  const wanted = chosen.length > 0 ? chosen : projects;
  const runnable = hasBrowser() ? wanted : wanted.filter((project) => project !== 'gpu');
  const reports = mkdtempSync(join(tmpdir(), 'whittle-tests-'));
  const total = sumOf(runnable.map((project) => runProject(project, reports, filters)));
  rmSync(reports, { recursive: true, force: true });
  console.log(lineOf(total));
  process.exitCode = total.failed > 0 ? 1 : 0;
}

main(process.argv.slice(2));
