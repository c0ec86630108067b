import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whittle } from '../support/commandLine.ts';
import { writeModelFolder } from '../support/modelFolder.ts';

const folder = mkdtempSync(join(tmpdir(), 'whittle-wrong-'));
const at = (name: string) => join(folder, name);

beforeAll(() => {
  writeModelFolder(at('model'));
  writeFileSync(at('rows.jsonl'), '{"prompt":"a","completion":"b"}\n');
  writeFileSync(at('broken.jsonl'), '{"prompt":"a","completion":"b"}\n\n{"prompt":"a",\n');
  writeFileSync(at('incomplete.jsonl'), '{"prompt":"a","completion":"b"}\n{"prompt":"c"}\n');
  writeFileSync(at('broken.json'), '{"name":');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const model = ['--model', at('model')];
const train = ['train', ...model, '--steps', '1', '--out', at('out')];
const rows = ['--data', at('rows.jsonl')];

/** Fails before any session is created, so that a slip costs no minutes. */
describe('wrong input ends with exit code 1 and one line on stderr that names it', () => {
  it.each<[string, string[], RegExp]>([
    ['no command', [], /^Give a command; known are inspect, train/],
    ['an unknown command', ['trian'], /^There is no command trian; known are inspect, train/],
    ['an unknown option', [...train, ...rows, '--batchsize', '2'], /^Unknown option '--batchsize'; --help/],
    ['a value without an option', [...train, ...rows, 'fast'], /^Unexpected argument 'fast'/],
    ['an option without a value', [...train, '--data'], /--data.* argument missing; --help/],
    ['a negative value', [...train, ...rows, '--lr', '-1'], /^Option '--lr' argument is ambiguous/],
    ['a missing option', train, /^--data is missing: JSONL rows/],
    ['no number', [...train, ...rows, '--lr', 'fast'], /^--lr takes a number, not fast\.$/],
    ['half a row', [...train, ...rows, '--batch-size', '1.5'], /^--batch-size takes a whole number above 0, not 1\.5\.$/], // prettier-ignore
    [
      'an empty number',
      [...train, ...rows, '--rank', ''],
      /^--rank takes a whole number above 0, not nothing\.$/,
    ],
    ['steps and epochs', [...train, ...rows, '--epochs', '1'], /^Give --steps or --epochs, not both\.$/],
    ['an unknown schedule', [...train, ...rows, '--schedule', 'step'], /^--schedule takes constant, linear/],
    [
      'an unknown device',
      [...train, ...rows, '--device', 'tpu'],
      /^--device takes cpu, wasm or webgpu, not tpu\.$/,
    ],
    ['an unknown dtype', [...train, ...rows, '--dtype', 'q3'], /^There is no dtype q3; known are fp32, fp16/],
    ['a dtype that the folder lacks', [...train, ...rows, '--dtype', 'q8'], /has no onnx\/model_quantized\.onnx .*choose another dtype/], // prettier-ignore
    ['no model folder', ['inspect', '--model', at('absent')], /^There is no model folder .*absent; give/],
    [
      'a folder without a model',
      ['generate', '--model', folder, '--prompt', 'x'],
      /has no onnx\/model_q4\.onnx/,
    ],
    ['no data file', [...train, '--data', at('absent.jsonl')], /^There is no file .*absent\.jsonl\.$/],
    ['a folder as data', [...train, '--data', folder], /cannot be read \(EISDIR\)/],
    ['a row that is no JSON', [...train, '--data', at('broken.jsonl')], /broken\.jsonl: Row 3 is not JSON/],
    ['a row without answer', [...train, '--data', at('incomplete.jsonl')], /incomplete\.jsonl: Row 2: "completion" is missing/], // prettier-ignore
    ['a folder that cannot be made', [...train, ...rows, '--out', at('rows.jsonl/out')], /^The folder .* cannot be made \(ENOTDIR\); choose another --out\.$/], // prettier-ignore
    ['unknown modules', [...train, ...rows, '--target-modules', 'q_proj,c_attn'], /^No linear layer is named c_attn; this model has q_proj/], // prettier-ignore
    [
      'no adapter',
      ['generate', ...model, '--prompt', 'x', '--adapter', folder],
      /has no adapter_config\.json/,
    ],
    ['nothing to say', ['generate', ...model], /^Give --prompt TEXT or --data FILE\.$/],
    ['a broken domain', ['specialize', ...model, '--domain', at('broken.json'), '--out', at('out')], /broken\.json: The domain file is not JSON/], // prettier-ignore
    ['several faults', ['specialize', ...model, '--domain', at('rows.jsonl'), '--out', at('out')], /rows\.jsonl: The domain's "name" is missing\. The domain's "seeds" is missing/], // prettier-ignore
  ])('%s', async (_, argv, message) => {
    const { code, stdout, stderr } = await whittle(...argv);
    expect(stderr).toEqual([expect.stringMatching(message)]);
    expect([code, stdout]).toEqual([1, []]);
  });

  it('describes itself and its commands, without touching anything', async () => {
    const [all, one] = [await whittle('--help'), await whittle('train', '--help')];
    expect([all.code, one.code]).toEqual([0, 0]);
    expect(all.stdout.join('\n')).toMatch(/inspect .*train .*generate .*specialize .*evaluate /s);
    expect(one.stdout.join('\n')).toMatch(/--init-adapter .*--no-shuffle /s);
  });
});
