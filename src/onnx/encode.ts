import { create, isMessage, toBinary } from '@bufbuild/protobuf';
import type { Dim, Model, ModelGraph, ModelNode, ValueInfo, WeightData } from '../graph/model.ts';
import { copyMessage, updateMessage } from './copyMessage.ts';
import { decodeValueInfo } from './decodeGraph.ts';
import { elementTypeCode } from './elementTypes.ts';
import { encodeAttribute } from './encodeAttribute.ts';
import { encodeTensor, type EncodeOptions } from './encodeTensor.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorShapeProto_DimensionSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type GraphProto,
  type NodeProto,
  type TensorShapeProto_Dimension,
  type ValueInfoProto,
} from './generated/onnx_pb.ts';
import { inlineWeights } from './inlineWeights.ts';
import type { ReadWeightBytes } from './readWeight.ts';

export type { EncodeOptions };

/**
 * Serializes a model. Weights by reference become external data; bytes in memory become `raw_data`. What the file had
 * beyond the IR (unknown fields, metadata, local functions) survives through the `origin`s.
 * @throws Error when a weight refers into the model's own file and `modelFileName` is missing
 */
export function encodeModel(model: Model, options: EncodeOptions = {}): Uint8Array {
  const { origin, graph, irVersion, opsets } = model;
  const message = isMessage(origin, ModelProtoSchema) ? copyMessage(origin) : create(ModelProtoSchema);
  updateMessage(message, { irVersion: BigInt(irVersion) });
  const known = new Map(
    message.opsetImport.map((entry) => [entry.domain === 'ai.onnx' ? '' : entry.domain, entry]),
  );
  message.opsetImport = Object.entries(opsets).map(([domain, version]) => {
    const entry = known.get(domain);
    return Number(entry?.version) === version && entry
      ? entry
      : create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) });
  });
  message.graph = encodeGraph(graph, options);
  return toBinary(ModelProtoSchema, message);
}

/**
 * Serializes a model with all of its weights inside. The result must stay under 2 GiB, protobuf's limit.
 * @param readBytes reads a reference's bytes; the location `''` means the file that the model was decoded from
 */
export async function encodeSelfContained(model: Model, readBytes: ReadWeightBytes): Promise<Uint8Array> {
  const total = model.graph.initializers.reduce((sum, { data }) => sum + weightLength(data), 0);
  if (total >= largestSelfContained) {
    throw new Error(
      `The weights take ${total} bytes, too many for one ONNX file; keep them as external data.`,
    );
  }
  return encodeModel({ ...model, graph: await inlineWeights(model.graph, readBytes) });
}

/** 2 GiB less some room for the graph. */
const largestSelfContained = 2 ** 31 - 2 ** 24;

function weightLength(data: WeightData): number {
  return 'bytes' in data ? data.bytes.length : data.length;
}

function encodeGraph(graph: ModelGraph, options: EncodeOptions): GraphProto {
  const message = isMessage(graph.origin, GraphProtoSchema)
    ? copyMessage(graph.origin)
    : create(GraphProtoSchema);
  updateMessage(message, { name: graph.name });
  message.node = graph.nodes.map((node) => encodeNode(node, options));
  message.input = graph.inputs.map(encodeValueInfo);
  message.output = graph.outputs.map(encodeValueInfo);
  message.initializer = graph.initializers.map((initializer) => encodeTensor(initializer, options));
  // The origin still lists values whose types the IR cannot express.
  message.valueInfo = [...graph.valueInfos.map(encodeValueInfo), ...message.valueInfo];
  return message;
}

function encodeNode(node: ModelNode, options: EncodeOptions): NodeProto {
  const origin = isMessage(node.origin, NodeProtoSchema) ? node.origin : undefined;
  const message = origin ? copyMessage(origin) : create(NodeProtoSchema);
  const domain = node.domain === '' && message.domain === 'ai.onnx' ? message.domain : node.domain;
  updateMessage(message, { name: node.name, opType: node.opType, domain });
  message.input = [...node.inputs];
  message.output = [...node.outputs];
  const originals = new Map(origin?.attribute.map((attribute) => [attribute.name, attribute]));
  message.attribute = Object.entries(node.attributes).map(([name, attribute]) =>
    encodeAttribute(name, attribute, originals.get(name), encodeGraph, options),
  );
  return message;
}

/** The file's own message as long as it says the same, else one with a new type. */
function encodeValueInfo(value: ValueInfo): ValueInfoProto {
  const origin = isMessage(value.origin, ValueInfoProtoSchema) ? value.origin : undefined;
  const stated = origin && decodeValueInfo(origin);
  if (origin && stated && sameType(stated, value)) {
    return stated.name === value.name ? origin : Object.assign(copyMessage(origin), { name: value.name });
  }
  const message = origin ? copyMessage(origin) : create(ValueInfoProtoSchema);
  message.name = value.name;
  message.type = create(TypeProtoSchema, {
    value: {
      case: 'tensorType',
      value: {
        elemType: elementTypeCode(value.elementType),
        ...(value.shape && { shape: { dim: value.shape.map(encodeDim) } }),
      },
    },
  });
  return message;
}

function sameType(a: ValueInfo, b: ValueInfo): boolean {
  return a.elementType === b.elementType && JSON.stringify(a.shape) === JSON.stringify(b.shape);
}

function encodeDim(dim: Dim): TensorShapeProto_Dimension {
  if (dim === null) return create(TensorShapeProto_DimensionSchema);
  return typeof dim === 'number'
    ? create(TensorShapeProto_DimensionSchema, { value: { case: 'dimValue', value: BigInt(dim) } })
    : create(TensorShapeProto_DimensionSchema, { value: { case: 'dimParam', value: dim } });
}
