import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder, writeModelFolder } from '../support/modelFolder.ts';

/** Runs the program as a person does; `onLine` sees each line of stdout as it comes. */
function runProcess(
  argv: readonly string[],
  onLine: (line: string, interrupt: () => void) => void = () => {},
) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...argv]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const line of chunk.toString().trim().split('\n')) onLine(line, () => child.kill('SIGINT'));
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
}

it('stops at Ctrl-C with a checkpoint and goes on from there; wrong input ends with code 1', { timeout: 600_000 }, async () => {
  const folder = temporaryFolder();
  const rows = ['a', 'bc', 'def', 'g', 'hi'].map((text) => JSON.stringify({ prompt: text, completion: `${text}.` }));
  writeFileSync(join(folder, 'rows.jsonl'), rows.join('\n'));
  const settings = ['--model', writeModelFolder(join(folder, 'model')), '--data', join(folder, 'rows.jsonl'), '--steps', '150', '--batch-size', '2', '--max-length', '16', '--rank', '1', '--threads', '1', '--json', '--schedule', 'cosine']; // prettier-ignore
  const train = (out: string) => ['train', ...settings, '--out', join(folder, out)];
  const stopped = await runProcess(train('parts'), (line, interrupt) => line.includes('"step":3,') && interrupt());
  expect([stopped.code, stopped.stderr]).toEqual([0, expect.stringMatching(/^Training fits .*\nStopping after this step; --resume continues from there\.\n$/)]); // prettier-ignore
  const linesOf = (out: string) => readFileSync(join(folder, out, 'trainer_log.jsonl'), 'utf8').trim().split('\n');
  expect(linesOf('parts').length).toBeGreaterThanOrEqual(3);
  expect(linesOf('parts').length).toBeLessThan(150);
  const resumed = await runProcess([...train('parts'), '--resume']);
  expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringMatching(/^Training fits [^\n]*\n$/)]);
  expect((await runProcess(train('whole'))).code).toBe(0);
  expect(linesOf('parts')).toEqual(linesOf('whole'));
  expect(linesOf('whole')).toHaveLength(150);
  const wrong = await runProcess(['train', '--model', join(folder, 'absent')]);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr.trim().split('\n')).toEqual(['--data is missing: JSONL rows: prompt and completion, messages, or Alpaca.']); // prettier-ignore
}); // prettier-ignore
