import { ModelSession } from '../engine/modelSession.ts';
import type { Prompt } from '../generation/completion.ts';
import { parsePromptRows } from '../text/rows.ts';
import { describeWriting, WritingTotals } from '../specialize/writingTotals.ts';
import { readAdapter } from './adapterFolder.ts';
import type { Command } from './command.ts';
import { parseInputFile } from './files.ts';
import { openDevice, openModel } from './openModel.ts';
import { commonOptions, helpOf, readOptions } from './options.ts';
import { createOutput } from './output.ts';

const options = {
  ...commonOptions,
  adapter: { kind: 'text', help: 'folder of a LoRA adapter' },
  prompt: { kind: 'text', help: 'what to say to the model, through its chat template where it has one' },
  raw: { kind: 'flag', help: 'continue the prompt as it stands, without the chat template' },
  data: { kind: 'text', help: 'JSONL rows, as for train, whose prompts are answered instead' },
  'max-new-tokens': { kind: 'count', default: 128, help: 'tokens per answer at most' },
  temperature: { kind: 'number', default: 0, help: '0 is greedy' },
  'top-p': { kind: 'number', default: 1, help: 'nucleus' },
  'batch-size': { kind: 'count', default: 16, help: 'prompts that run together' },
} as const;

export const generateCommand: Command = {
  summary: 'answers of the model, with or without an adapter',
  help: helpOf('generate', options),
  run: async (argv) => {
    const values = readOptions(options, argv);
    const output = createOutput(values.json);
    const model = await openModel(values);
    const device = await openDevice(values);
    const adapter = values.adapter === undefined ? null : await readAdapter(values.adapter, model.decoder);
    const session = new ModelSession(model, device, { batchSize: values['batch-size'] });
    const asIs = values.raw || !model.tokenizer.hasChatTemplate;
    const prompts = await promptsOf(values.prompt, values.data, asIs);
    const totals = new WritingTotals();
    const completions = await session.languageModel(adapter).complete(prompts, {
      maxNewTokens: values['max-new-tokens'],
      temperature: values.temperature,
      topP: values['top-p'],
      seed: values.seed,
      stop: [],
      onProgress: (progress) => totals.note(progress),
    });
    for (const { text, finishReason, tokens } of completions) {
      output.result({ text, finish_reason: finishReason, tokens }, text.trim());
    }
    const written = totals.take();
    if (written) output.warn(describeWriting(written));
    await device.dispose();
  },
};

async function promptsOf(
  prompt: string | undefined,
  data: string | undefined,
  asIs: boolean,
): Promise<readonly Prompt[]> {
  if (prompt !== undefined) return [asIs ? prompt : [{ role: 'user', content: prompt }]];
  if (data === undefined) throw new Error('Give --prompt TEXT or --data FILE.');
  return parseInputFile(data, parsePromptRows);
}
