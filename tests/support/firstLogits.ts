import type { Model } from '../../src/graph/model.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device, Session } from '../../src/runtime/device.ts';

/** Feeds of a first step over three tokens; what a graph has of adapters is zero. */
function firstStep(device: Device, { inputMetadata }: Session) {
  const ids = device.upload(BigInt64Array.of(5n, 6n, 37n), [1, 3]);
  const known = new Map([
    ['input_ids', ids],
    ['attention_mask', device.upload(BigInt64Array.of(1n, 1n, 1n), [1, 3])],
    ['num_logits_to_keep', device.upload(BigInt64Array.of(1n), [])],
  ]);
  const feeds = inputMetadata.map(({ name, type, shape = [] }) => {
    const free = name.startsWith('past') ? 0 : 1;
    const dims = shape.map((dim) => (typeof dim === 'number' ? dim : dim === 'batch_size' ? 1 : free));
    const count = dims.reduce((a, b) => a * b, 1);
    const zeros = () => device.upload(type === 'float16' ? new Uint16Array(count) : new Float32Array(count), dims); // prettier-ignore
    return [name, known.get(name) ?? zeros()] as const;
  });
  return Object.fromEntries(feeds);
}

/** A small decoder's logits after three tokens of its 40 or more, as its own graph computes them. */
export async function firstLogits(device: Device, model: Model): Promise<Float32Array> {
  const session = await device.createSession({ graph: encodeModel(model), weights: { files: [] } });
  const { logits } = await session.run(firstStep(device, session), ['logits']);
  const numbers = await device.download(logits!);
  await session.dispose();
  return numbers as Float32Array;
}
