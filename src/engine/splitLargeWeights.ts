import type { DecoderModel } from '../compileTrainingModel.ts';
import type { Model } from '../graph/model.ts';
import { rewriteDecoders } from '../lora/mergedDecoder.ts';
import { namesRead } from '../lowering/sourceOrder.ts';
import { WeightSplitter, type SplitWeights } from '../lowering/splitWeights.ts';
import type { DeviceLimits } from '../runtime/device.ts';

/** The most bytes that a weight may have on a device; `null` where only memory limits it. */
export function largestWeightOf({ maxBufferBytes, maxBindingBytes }: DeviceLimits): number | null {
  const least = Math.min(maxBufferBytes ?? Infinity, maxBindingBytes ?? Infinity);
  return least < Infinity ? least : null;
}

/**
 * The same model with weights beyond `largestBytes` cut into pieces, as far as `WeightSplitter` can; in a merged export in
 * both branches. Weights that nothing reads any more are left out.
 */
export function splitLargeWeights(
  model: Model,
  largestBytes: number | null,
  kind: SplitWeights = 'all',
): Model {
  if (largestBytes === null) return model;
  const opset = model.opsets[''] ?? model.opsets['ai.onnx'] ?? 1;
  const splitter = new WeightSplitter(model.graph.initializers, { largestBytes, opset, kind });
  const rewritten = rewriteDecoders(model, () => splitter.rewrite);
  if (splitter.added.length === 0) return model;
  const { graph } = rewritten;
  const read = new Set([...graph.nodes.flatMap(namesRead), ...graph.outputs.map(({ name }) => name)]);
  const initializers = graph.initializers.filter(({ name }) => read.has(name));
  return { ...rewritten, graph: { ...graph, initializers: [...initializers, ...splitter.added] } };
}

/** A decoder whose embedding is cut where it must be; training cuts its head itself, by slices of the vocabulary. */
export function splitLargeTables(model: DecoderModel, largestBytes: number | null): DecoderModel {
  const { decoder, embedding } = model;
  const split = (source: Model) => splitLargeWeights(source, largestBytes, 'tables');
  return {
    ...model,
    decoder: split(decoder),
    ...(embedding && { embedding: { ...embedding, model: split(embedding.model) } }),
  };
}
