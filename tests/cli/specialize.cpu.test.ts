import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/specialize/report.ts';
import type { GeneratedTask } from '../../src/specialize/tasks.ts';
import { whittle } from '../support/commandLine.ts';
import { smallField } from '../e2e/smallField.ts';

const folder = mkdtempSync(join(tmpdir(), 'whittle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const text = 'Metformin treats diabetes.\n\nParacetamol treats fever.\n\nAspirin treats pain.\n';
const changes = {
  settings: { maxPrompts: 8, recitations: 2, replayShare: 0.5, passageShare: 0.5, passageTokens: 10 },
  adapter: { maxLength: 48 },
};

beforeAll(() => {
  writeFileSync(at('field.json'), JSON.stringify({ ...smallField, documents: ['drugs.md'] }));
  writeFileSync(at('drugs.md'), text);
  writeFileSync(at('changes.json'), JSON.stringify(changes));
});

const run = (out: string): string[] => [
  ...['specialize', '--model', 'public/models/pocket', '--domain', at('field.json'), '--out', at(out)],
  ...['--settings', at('changes.json'), '--tasks', '6', '--epochs', '2', '--rounds', '2', '--seed', '3'],
  ...['--controls', 'seedsOnly,noRetrieval', '--coverage', '--threads', '1'],
];

/** The hash of every file below a folder, by its path there. */
function contents(out: string): Record<string, string> {
  const files = readdirSync(at(out), { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name));
  return Object.fromEntries(
    paths
      .toSorted()
      .map((path) => [
        path.slice(at(out).length),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
  );
}

/** Runs the program as a person does, and kills it at the first line that `isTime` says. */
async function runAndKill(argv: readonly string[], isTime: (line: string) => boolean): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...argv]);
  child.stdout.on('data', (chunk: Buffer) => {
    if (chunk.toString().split('\n').some(isTime)) child.kill('SIGKILL');
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect(code, 'the process was to be killed, not to end').toBeNull();
}

describe('specialize', { timeout: 300_000 }, () => {
  it('leaves everything that the run was made from and came to, and nothing unfinished', async () => {
    expect((await whittle(...run('whole'))).stderr).toEqual([]);
    const names = Object.keys(contents('whole'));
    for (const name of [
      'run.json',
      'domain.json',
      'documents.json',
      'tasks.jsonl',
      'train.jsonl',
      'coverage.svg',
      'report.md',
    ])
      expect(names).toContain(`/${name}`);
    for (const name of ['adapter', 'adapter-seedsOnly', 'adapter-noRetrieval'])
      expect(names).toContain(`/${name}/adapter_model.safetensors`);
    expect(existsSync(at('whole/unfinished'))).toBe(false);
    const { settings, adapter, versions } = JSON.parse(readFileSync(at('whole/run.json'), 'utf8')) as {
      settings: object;
      adapter: object;
      versions: Record<string, string>;
    };
    expect(settings).toMatchObject({ ...changes.settings, tasks: 6, rounds: 2, seed: 3, coverage: true });
    expect(readFileSync(at('whole/report.md'), 'utf8')).toMatch(/At the end: \d of 3 passages/);
    expect(adapter).toMatchObject({ maxLength: 48, epochs: 2 });
    expect(versions['onnxruntime-node']).toMatch(/^\d+\.\d+/);
  });

  it('is repeated from its folder, every file to the last bit', async () => {
    const { code, stderr } = await whittle('specialize', '--from', at('whole'), '--out', at('again'), '--threads', '1'); // prettier-ignore
    expect([code, stderr]).toEqual([0, []]);
    expect(contents('again')).toEqual(contents('whole'));
  });

  it.each<[string, (line: string) => boolean]>([
    ['while tasks are written', (line) => line.includes('  + ')],
    ['in training', (line) => line.includes('step 2 ')],
    ['in the second round', (line) => line.includes('training (specialized)')],
  ])('killed %s, goes on to the same end', async (when, isTime) => {
    const out = when.replaceAll(' ', '-');
    await runAndKill(run(out), isTime);
    expect(existsSync(at(`${out}/unfinished/events.jsonl`))).toBe(true);
    const { code, stderr } = await whittle('specialize', '--resume', '--out', at(out), '--threads', '1');
    expect([code, stderr]).toEqual([0, []]);
    expect(contents(out)).toEqual(contents('whole'));
  });

  it('keeps and leaves out what a person says, and asks for no more than that anew', async () => {
    const tasksOf = (out: string) =>
      readFileSync(at(`${out}/tasks.jsonl`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as GeneratedTask);
    const before = tasksOf('whole');
    const kept = before.find(({ decision }) => decision === 'kept')!;
    const rejected = before.find(({ rejection }) => rejection && rejection.rule !== 'heldOut')!;
    const decided = ['--rescue', rejected.id, '--discard', kept.id];
    const { code, stderr } = await whittle('specialize', '--from', at('whole'), '--out', at('decided'), ...decided, '--threads', '1'); // prettier-ignore
    expect([code, stderr]).toEqual([0, []]);
    const after = new Map(tasksOf('decided').map((task) => [task.id, task]));
    expect(after.get(rejected.id)).toMatchObject({ decision: 'kept', rescued: true });
    expect(after.get(kept.id)).toMatchObject({ decision: 'rejected', rejection: { rule: 'discarded' } });
    const trained = readFileSync(at('decided/train.jsonl'), 'utf8') + readFileSync(at('decided/valid.jsonl'), 'utf8'); // prettier-ignore
    expect(trained).toContain(`"${rejected.id}"`);
    expect(trained).not.toContain(`"${kept.id}"`);
  });

  it('is varied by a sweep: what is written once serves all, and the point with the same settings is the run’s first round', async () => {
    const sweep = [
      'sweep',
      '--from',
      at('whole'),
      '--vary',
      'epochs=1,2',
      '--out',
      at('sweep'),
      '--threads',
      '1',
    ];
    const first = await whittle(...sweep);
    expect([first.code, first.stderr]).toEqual([0, []]);
    expect(first.stdout.filter((line) => line.includes('tasks and answers'))).toHaveLength(1);
    const read = (path: string): unknown => JSON.parse(readFileSync(at(path), 'utf8'));
    const [point, run] = [read('sweep/epochs-2.json'), read('whole/report.json')] as [Report, Report];
    expect(point.heldOut.overall.models.specialized).toEqual(run.rounds![0]!.heldOut);
    expect(point.counts.kept).toBeGreaterThan(0);
    expect(Object.keys(contents('sweep')).filter((name) => name.endsWith('.json'))).toEqual([
      ...['/epochs-1.json', '/epochs-2.json', '/written/all.json'],
    ]);
    expect(readFileSync(at('sweep/sweep.svg'), 'utf8')).toContain('F1 over epochs');
    const again = await whittle(...sweep);
    expect(again.stdout.filter((line) => line.includes('training'))).toEqual([]);
    expect(again.stdout.at(-1)).toEqual(first.stdout.at(-1));
  });

  it('says what is wrong with what it is to go on from', async () => {
    mkdirSync(at('empty'), { recursive: true });
    const told = async (...argv: string[]) => (await whittle('specialize', ...argv)).stderr.join('\n');
    expect(await told('--resume', '--out', at('empty'))).toMatch(
      /holds no interrupted run; without --resume/,
    );
    expect(await told('--from', at('empty'), '--out', at('x'))).toMatch(
      /holds no run\.json; give the folder/,
    );
    const changed = await told('--from', at('whole'), '--out', at('x'), '--tasks', '3');
    expect(changed).toBe('--from takes everything from the earlier run; leave out --tasks.');
    mkdirSync(at('damaged'), { recursive: true });
    writeFileSync(at('damaged/run.json'), '{"model": ');
    expect(await told('--from', at('damaged'), '--out', at('x'))).toMatch(/run\.json is damaged: /);
    expect(await told(...run('y').slice(1), '--controls', 'all,none')).toMatch(/--controls takes all, or a list of .*, not "all"/); // prettier-ignore
  });
});
