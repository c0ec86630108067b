import type { Attribute, Dim, ModelGraph, ModelNode, ValueInfo } from '../graph/model.ts';
import { copyMessage } from './copyMessage.ts';
import { decodeTensor } from './decodeTensor.ts';
import { elementTypeOf } from './elementTypes.ts';
import {
  AttributeProto_AttributeType as AttributeType,
  type AttributeProto,
  type GraphProto,
  type NodeProto,
  type TensorShapeProto_Dimension,
  type ValueInfoProto,
} from './generated/onnx_pb.ts';
import { OnnxFormatError } from './onnxFormatError.ts';

/**
 * A graph as plain data, subgraphs in attributes included.
 * @throws OnnxFormatError naming the value or tensor that the IR cannot express
 */
export function decodeGraph(graph: GraphProto): ModelGraph {
  return {
    name: graph.name,
    nodes: graph.node.map(decodeNode),
    inputs: graph.input.map(decodeInterface),
    outputs: graph.output.map(decodeInterface),
    initializers: graph.initializer.map(decodeTensor),
    valueInfos: graph.valueInfo.flatMap((info) => decodeValueInfo(info) ?? []),
    origin: withoutParts(graph),
  };
}

/** What remains of a graph's message: the parts that the IR has no place for. */
function withoutParts(graph: GraphProto): GraphProto {
  const rest = copyMessage(graph);
  rest.node = [];
  rest.input = [];
  rest.output = [];
  rest.initializer = [];
  rest.valueInfo = graph.valueInfo.filter((info) => !decodeValueInfo(info));
  return rest;
}

function decodeInterface(info: ValueInfoProto): ValueInfo {
  const decoded = decodeValueInfo(info);
  if (decoded) return decoded;
  throw new OnnxFormatError(
    `the graph's input or output ${info.name} is not a tensor of a known element type (${info.type?.value.case ?? 'no type'})`,
  );
}

/** undefined for values that are not tensors of a type the IR knows. */
export function decodeValueInfo(info: ValueInfoProto): ValueInfo | undefined {
  const type = info.type?.value;
  if (type?.case !== 'tensorType') return undefined;
  const elementType = elementTypeOf(type.value.elemType);
  if (!elementType) return undefined;
  const shape = type.value.shape ? type.value.shape.dim.map(decodeDim) : null;
  return { name: info.name, elementType, shape, origin: info };
}

function decodeDim(dim: TensorShapeProto_Dimension): Dim {
  if (dim.value.case === 'dimValue') return Number(dim.value.value);
  if (dim.value.case === 'dimParam' && dim.value.value !== '') return dim.value.value;
  return null;
}

function decodeNode(node: NodeProto): ModelNode {
  const attributes = Object.fromEntries(node.attribute.map((a) => [a.name, decodeAttribute(a)]));
  return {
    name: node.name,
    opType: node.opType,
    // The two spellings of the standard domain mean the same.
    domain: node.domain === 'ai.onnx' ? '' : node.domain,
    inputs: node.input,
    outputs: node.output,
    attributes,
    origin: node,
  };
}

/** Files of IR version 1 leave the type out, so it follows from the field that is set. */
function attributeType(a: AttributeProto): AttributeType {
  if (a.type !== AttributeType.UNDEFINED) return a.type;
  if (a.ints.length) return AttributeType.INTS;
  if (a.floats.length) return AttributeType.FLOATS;
  if (a.strings.length) return AttributeType.STRINGS;
  if (a.t) return AttributeType.TENSOR;
  if (a.g) return AttributeType.GRAPH;
  if (Object.hasOwn(a, 's')) return AttributeType.STRING;
  if (Object.hasOwn(a, 'f')) return AttributeType.FLOAT;
  return Object.hasOwn(a, 'i') ? AttributeType.INT : AttributeType.UNDEFINED;
}

/** Attributes that the IR cannot express exactly (references, text that is not UTF-8, odd graphs) stay opaque. */
export function decodeAttribute(a: AttributeProto): Attribute {
  const hasUnknownType = a.$unknown?.some(({ no }) => no === 20);
  if (a.refAttrName !== '' || hasUnknownType) return { type: 'opaque', origin: a };
  try {
    return knownAttribute(a) ?? { type: 'opaque', origin: a };
  } catch (error) {
    if (error instanceof OnnxFormatError || error instanceof TypeError) return { type: 'opaque', origin: a };
    throw error;
  }
}

function knownAttribute(a: AttributeProto): Attribute | undefined {
  switch (attributeType(a)) {
    case AttributeType.INT:
      return { type: 'int', value: Number(a.i) };
    case AttributeType.FLOAT:
      return { type: 'float', value: a.f };
    case AttributeType.STRING:
      return { type: 'string', value: utf8(a.s) };
    case AttributeType.INTS:
      return { type: 'ints', value: a.ints.map(Number) };
    case AttributeType.FLOATS:
      return { type: 'floats', value: a.floats };
    case AttributeType.STRINGS:
      return { type: 'strings', value: a.strings.map(utf8) };
    case AttributeType.TENSOR:
      return a.t && { type: 'tensor', value: decodeTensor(a.t) };
    case AttributeType.GRAPH:
      return a.g && { type: 'graph', value: decodeGraph(a.g) };
    default:
      return undefined;
  }
}

const utf8Decoder = new TextDecoder('utf-8', { fatal: true });

function utf8(bytes: Uint8Array): string {
  return utf8Decoder.decode(bytes);
}
