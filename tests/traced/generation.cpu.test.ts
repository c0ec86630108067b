import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import type { CompletionRequest } from '../../src/generation/completion.ts';
import type { AdapterWeights } from '../../src/generation/adapterTensors.ts';
import { TextGenerator } from '../../src/generation/textGenerator.ts';
import type { Initializer, Model } from '../../src/graph/model.ts';
import { adapterLayout, scalingOf } from '../../src/lora/adapter.ts';
import { hoistWeights } from '../../src/lora/hoistWeights.ts';
import { readPeftParameters } from '../../src/lora/peft.ts';
import { findLoraTargets } from '../../src/lora/targets.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { firstSteps } from '../support/firstSteps.ts';
import { numberTokenizer } from '../support/numberTokenizer.ts';
import { readTraced, tracedFamilies, weightsOf, type TracedModel } from '../support/tracedModels.ts';

const greedy: CompletionRequest = { maxNewTokens: 10, temperature: 0, topP: 1, seed: 0, stop: [] };
const fileOf = (model: TracedModel) => ({ ...model, weights: weightsOf(model) });
const asText = (ids: readonly number[]) => ids.join(' ');

let device: Device;
beforeAll(() => {
  device = createNodeDevice({ threads: 1 });
});
afterAll(() => device.dispose());

async function generator(model: TracedModel, batchSize: number): Promise<TextGenerator> {
  const built = buildGenerationModel(model.decoder, findLoraTargets(model.decoder, 'all-linear'));
  const graph = encodeModel(built, { modelFileName: model.fileName });
  const session = await device.createSession({ graph, weights: weightsOf(model) });
  return new TextGenerator({
    device,
    session,
    config: model.config,
    tokenizer: numberTokenizer([99]),
    batchSize,
  });
}

function trainedAdapter({ decoder, trajectory, adapterFinal }: TracedModel): AdapterWeights {
  const { rank, alpha } = trajectory.settings;
  const layout = adapterLayout(findLoraTargets(decoder, 'all-linear'), rank);
  return {
    layout,
    parameters: readPeftParameters(adapterFinal, layout),
    scaling: scalingOf({ rank, alpha }),
  };
}

describe.each(tracedFamilies)('a traced %s decoder', (family) => {
  it.each([1, 4])('writes what PyTorch writes, base and adapted, %i prompts at a time', async (batchSize) => {
    const model = await readTraced(family);
    const { prompts, base, adapted } = model.continuation;
    const text = await generator(model, batchSize);
    for (const [adapter, recorded] of [
      [null, base],
      [trainedAdapter(model), adapted],
    ] as const) {
      const written = await text.languageModel(adapter).complete(prompts.map(asText), greedy);
      expect(written.map((completion) => completion.text.trim())).toEqual(recorded.map(asText));
    }
    expect(base).not.toEqual(adapted);
  });

  it('is the base bit for bit with a zero adapter, at the first step and at the next', async () => {
    const model = await readTraced(family);
    const none = await firstSteps(device, fileOf(model), []);
    const targets = findLoraTargets(model.decoder, 'all-linear');
    expect(await firstSteps(device, fileOf(model), targets)).toEqual(none);
    expect(await firstSteps(device, fileOf(model), targets, 0.1)).not.toEqual(none);
  });
});

it('a merged decoder with its weights inside of the branches writes the same', async () => {
  const model = await readTraced('gpt2');
  const inside = { ...model, decoder: hoistWeights(withWeightsInBranches(model.decoder), model.bytes) };
  const { prompts, base } = model.continuation;
  const written = await (
    await generator(inside, 4)
  )
    .languageModel(null)
    .complete(prompts.map(asText), greedy);
  expect(written.map((completion) => completion.text.trim())).toEqual(base.map(asText));
});

function withWeightsInBranches(model: Model): Model {
  const { graph } = model;
  const isLarge = ({ data }: Initializer) => 'location' in data;
  const nodes = graph.nodes.map((node) => {
    const attributes = Object.entries(node.attributes).map(([name, attribute]) => {
      if (attribute.type !== 'graph') throw new Error(`${name} is no branch`);
      const initializers = [...attribute.value.initializers, ...graph.initializers.filter(isLarge)];
      return [name, { ...attribute, value: { ...attribute.value, initializers } }] as const;
    });
    return { ...node, attributes: Object.fromEntries(attributes) };
  });
  const initializers = graph.initializers.filter((initializer) => !isLarge(initializer));
  return { ...model, graph: { ...graph, nodes, initializers } };
}
