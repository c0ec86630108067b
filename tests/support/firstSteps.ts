import type { DecoderModel } from '../../src/compileTrainingModel.ts';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import { adapterTensors, scalingInput } from '../../src/lora/injectLora.ts';
import type { LoraTarget } from '../../src/lora/targets.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device, DeviceTensor, WeightFiles } from '../../src/runtime/device.ts';

/** The bits of the logits of a prompt's last token, and of one token more; all entries of LoRA's B are `valueOfB`. */
export async function firstSteps(
  device: Device,
  { decoder, fileName, weights }: DecoderModel & { readonly weights: WeightFiles },
  targets: readonly LoraTarget[],
  valueOfB = 0,
): Promise<number[][]> {
  const built = buildGenerationModel(decoder, targets);
  const graph = encodeModel(built, { modelFileName: fileName });
  const session = await device.createSession({ graph, weights });
  const int64 = (values: readonly number[], dims: readonly number[]) =>
    device.hostTensor(BigInt64Array.from(values, BigInt), dims);
  const fixed: Record<string, DeviceTensor> = { [scalingInput]: device.hostTensor(Float32Array.of(2), [1]) };
  for (const { name, shape } of adapterTensors(targets, 3)) {
    const contents = new Float32Array(shape[0]! * shape[1]!).fill(name.endsWith('lora_B') ? valueOfB : 0.3);
    fixed[name] = device.hostTensor(contents, shape);
  }
  const ports = built.graph.inputs.filter(({ name }) => name.startsWith('past'));
  let past: Record<string, DeviceTensor> = Object.fromEntries(
    ports.map(({ name, shape, elementType }) => {
      const dims = shape!.length === 4 ? [1, Number(shape![1]), 0, Number(shape![3])] : [1, ...shape!.slice(1).map(Number)];
      const size = dims.reduce((a, b) => a * b);
      const isHalf = elementType === 'float16';
      return [name, device.hostTensor(isHalf ? new Uint16Array(size) : new Float32Array(size), dims, isHalf ? 'float16' : 'float32')];
    }),
  );
  const steps: number[][] = [];
  for (const [ids, before] of [[[5, 6, 7], 0], [[8], 3]] as const) {
    const feeds: Record<string, DeviceTensor> = {
      ...fixed,
      ...past,
      input_ids: int64(ids, [1, ids.length]),
      attention_mask: int64(new Array<number>(before + ids.length).fill(1), [1, before + ids.length]),
      position_ids: int64(ids.map((_, i) => before + i), [1, ids.length]),
      num_logits_to_keep: int64([1], []),
      use_cache_branch: device.hostTensor(Uint8Array.of(before > 0 ? 1 : 0), [1], 'bool'),
    };
    const fed = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
    const outputs = await session.run(Object.fromEntries(fed));
    const logits = (await device.download(outputs['logits']!)) as Float32Array;
    steps.push([...new Uint32Array(logits.slice().buffer)]);
    past = Object.fromEntries(ports.map(({ name }) => [name, outputs[name.replace(/^past(_key_values)?/, 'present')]!]));
  }
  await session.dispose();
  return steps;
} // prettier-ignore
