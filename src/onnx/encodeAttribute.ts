import { create, isMessage } from '@bufbuild/protobuf';
import type { Attribute, ModelGraph } from '../graph/model.ts';
import { encodeTensor, type EncodeOptions } from './encodeTensor.ts';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type AttributeProto,
  type GraphProto,
} from './generated/onnx_pb.ts';

type EncodeSubgraph = (graph: ModelGraph, options: EncodeOptions) => GraphProto;

/**
 * An attribute's message. Unknown fields and the doc string of `origin`, the attribute of that name in the file, survive.
 * @param encodeSubgraph encodes the graphs of control-flow attributes
 */
export function encodeAttribute(
  name: string,
  attribute: Attribute,
  origin: AttributeProto | undefined,
  encodeSubgraph: EncodeSubgraph,
  options: EncodeOptions,
): AttributeProto {
  if (attribute.type === 'opaque') return opaqueAttribute(name, attribute.origin);
  const message = create(AttributeProtoSchema, { name });
  if (origin && Object.hasOwn(origin, 'docString')) message.docString = origin.docString;
  if (origin?.$unknown) message.$unknown = origin.$unknown;
  setValue(message, attribute, origin, encodeSubgraph, options);
  return message;
}

function opaqueAttribute(name: string, origin: object): AttributeProto {
  if (isMessage(origin, AttributeProtoSchema)) return origin;
  throw new Error(`Attribute ${name} is opaque but carries no message of the ONNX decoder.`);
}

function setValue(
  message: AttributeProto,
  attribute: Exclude<Attribute, { type: 'opaque' }>,
  origin: AttributeProto | undefined,
  encodeSubgraph: EncodeSubgraph,
  options: EncodeOptions,
): void {
  message.type = attributeTypes[attribute.type];
  switch (attribute.type) {
    case 'int':
      message.i = int64(attribute.value, origin?.i);
      break;
    case 'float':
      message.f = attribute.value;
      break;
    case 'string':
      message.s = utf8(attribute.value);
      break;
    case 'ints':
      message.ints = attribute.value.map((value, i) => int64(value, origin?.ints[i]));
      break;
    case 'floats':
      message.floats = [...attribute.value];
      break;
    case 'strings':
      message.strings = attribute.value.map(utf8);
      break;
    case 'tensor':
      message.t = encodeTensor(attribute.value, options);
      break;
    case 'graph':
      message.g = encodeSubgraph(attribute.value, options);
      break;
  }
}

const attributeTypes: Record<Exclude<Attribute['type'], 'opaque'>, AttributeType> = {
  int: AttributeType.INT,
  float: AttributeType.FLOAT,
  string: AttributeType.STRING,
  ints: AttributeType.INTS,
  floats: AttributeType.FLOATS,
  strings: AttributeType.STRINGS,
  tensor: AttributeType.TENSOR,
  graph: AttributeType.GRAPH,
};

const largestInt64 = 2n ** 63n - 1n;

/** The exact original where the number stands for it; else clamped, since 2^63 - 1 (as far as possible) rounds up. */
function int64(value: number, original: bigint | undefined): bigint {
  if (original !== undefined && Number(original) === value) return original;
  const exact = BigInt(value);
  return exact > largestInt64 ? largestInt64 : exact;
}

const encoder = new TextEncoder();

function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}
