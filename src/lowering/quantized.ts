import type { GraphBuilder } from '../graph/builder.ts';
import { sizeOf, type Value } from '../graph/graph.ts';
import type { Attributes, ModelGraph, ModelNode } from '../graph/model.ts';
import { intAttribute, sizeAttribute } from './attributes.ts';
import { beforeLifting } from './lifting.ts';
import { required, type Lowering } from './lowering.ts';
import { expandGather, type Expansion } from './quantizedGather.ts';

/**
 * com.microsoft MatMulNBits: inputs x, packed weight, scales, zero_points?, g_idx?, bias?. Stays one primitive with
 * scales [N, blocks] (older exports flatten them), computed in float32 whatever `accuracy_level` the export asks for;
 * the bias becomes an Add.
 */
export const matMulNBits: Lowering = (g, inputs, node) => {
  if (inputs[4]) throw new Error('a group index (g_idx, act-order quantization) is not supported');
  const [outputs, width, bits] = [
    sizeAttribute(node, 'N'),
    sizeAttribute(node, 'K'),
    intAttribute(node, 'bits', 4),
  ];
  if (bits !== 4 && bits !== 8) throw new Error(`${bits}-bit weights are not supported, 4 and 8 bit are`);
  const blockSize = sizeAttribute(node, 'block_size');
  const blocks = Math.ceil(width / blockSize);
  const scales = g.reshape(required(inputs, 2), [outputs, blocks]);
  const zeroPoints = inputs[3] ? packedZeroPoints(g, inputs[3], outputs) : null;
  const attributes = integers({ K: width, N: outputs, bits, block_size: blockSize });
  const operands = [required(inputs, 0), required(inputs, 1), scales];
  const y = g.op('MatMulNBits', zeroPoints ? [...operands, zeroPoints] : operands, attributes);
  return [inputs[5] ? g.add(y, inputs[5]) : y];
};

/** Zero points as [N, bytes]; older exports flatten them, and some tools store floats. */
function packedZeroPoints(g: GraphBuilder, zeroPoints: Value, outputs: number): Value {
  if (zeroPoints.elementType !== 'uint8') {
    throw new Error(`zero points of type ${zeroPoints.elementType} are not supported, packed uint8 ones are`);
  }
  if (zeroPoints.shape.length === 2) return zeroPoints;
  return g.reinterpret(zeroPoints, 'uint8', [outputs, sizeOf(zeroPoints.shape) / outputs]);
}

/** com.microsoft GatherBlockQuantized as ops that every provider has; unusual forms stay one primitive. */
export const gatherBlockQuantized: Lowering = (g, inputs, node, context) => {
  const operands = inputs.map((input) => (input ? beforeLifting(input) : null));
  const [data, scales] = [required(operands, 0), required(operands, 2)];
  const table = { data: { dims: data.shape, elementType: data.elementType }, scaleType: scales.elementType };
  const expansion = expandGather(node, table);
  if (expansion) return context.lowerSubgraph(subgraphOf(node, expansion));
  if (intAttribute(node, 'gather_axis', 0) !== 0) throw new Error('only gather_axis 0 is supported');
  return [g.cast(g.op('GatherBlockQuantized', operands, node.attributes), 'float32')];
};

const subgraphOf = (node: ModelNode, expansion: Expansion): ModelGraph => ({
  ...expansion,
  name: node.name,
  inputs: [],
  outputs: [{ name: node.outputs[0]!, elementType: 'float32', shape: null }],
  valueInfos: [],
});

function integers(values: Readonly<Record<string, number>>): Attributes {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { type: 'int', value }]));
}
