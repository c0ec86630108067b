import type { GraphBuilder } from '../graph/builder.ts';
import { formatShape, type Value } from '../graph/graph.ts';
import type { ModelNode } from '../graph/model.ts';
import { intAttribute, intsAttribute, stringAttribute } from './attributes.ts';
import { required, type Lowering } from './lowering.ts';

/**
 * Depthwise convolution along time: x [B, C, L] with a kernel [C, 1, K] gives [B, C, L − K + 1]. As a sum of K shifted
 * slices, each scaled per channel, it needs no gradient of its own.
 */
function depthwise(g: GraphBuilder, x: Value, kernel: Value, bias: Value | null | undefined): Value {
  const [channels, perGroup, taps] = kernel.shape as [number, number, number];
  if (x.shape.length !== 3 || kernel.shape.length !== 3 || perGroup !== 1 || x.shape[1] !== channels) {
    throw new Error(
      `only depthwise convolutions along one axis are supported, not ${formatShape(x.shape)} with a kernel ${formatShape(kernel.shape)}`,
    );
  }
  const length = x.shape[2]! - taps + 1;
  if (length < 1) throw new Error(`its kernel of ${taps} is longer than its input of ${x.shape[2]}`);
  const terms = Array.from({ length: taps }, (_, k) => {
    const weight = g.reshape(g.slice(kernel, 2, k, k + 1), [1, channels, 1]);
    return g.mul(g.slice(x, 2, k, k + length), weight);
  });
  const sum = terms.reduce((total, term) => g.add(total, term));
  return bias ? g.add(sum, g.reshape(bias, [1, channels, 1])) : sum;
}

/** Inputs x [B, C, L], kernel [C, 1, K], bias?; zeros around the input as `pads` says. */
export const conv: Lowering = (g, inputs, node) => {
  const [x, kernel] = [required(inputs, 0), required(inputs, 1)];
  rejectSteps(node);
  if (intAttribute(node, 'group', 1) !== x.shape[1]) {
    throw new Error(`only depthwise convolutions are supported: group is ${intAttribute(node, 'group', 1)} of ${x.shape[1] ?? '?'} channels`);
  } // prettier-ignore
  const [before = 0, after = 0] = intsAttribute(node, 'pads') ?? [];
  return [depthwise(g, g.pad(x, [0, 0, before], [0, 0, after]), kernel, inputs[2])];
};

/** Inputs x [B, C, T], kernel [C, 1, K], bias?, state? [B, C, K − 1] of what came before; outputs [B, C, T] and the state. */
export const causalConvWithState: Lowering = (g, inputs, node) => {
  const [x, kernel] = [required(inputs, 0), required(inputs, 1)];
  const state = inputs[3] ?? null;
  const missing = kernel.shape[2]! - 1 - (state?.shape[2] ?? 0);
  const known = state && state.shape[2] !== 0 ? g.concat([state, x], 2) : x;
  const y = depthwise(g, g.pad(known, [0, 0, missing], [0, 0, 0]), kernel, inputs[2]);
  const activation = stringAttribute(node, 'activation', 'none');
  if (activation === 'none') return [y, null];
  if (activation === 'silu' || activation === 'swish') return [g.mul(y, g.sigmoid(y)), null];
  throw new Error(`activation ${activation} is not supported`);
};

function rejectSteps(node: ModelNode): void {
  for (const name of ['strides', 'dilations']) {
    const odd = intsAttribute(node, name)?.find((step) => step !== 1);
    if (odd !== undefined) throw new Error(`${name} of ${odd} are not supported`);
  }
  const padding = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (padding !== 'NOTSET' && padding !== 'VALID') throw new Error(`auto_pad ${padding} is not supported`);
}
