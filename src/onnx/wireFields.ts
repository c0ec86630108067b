import { create, toBinary } from '@bufbuild/protobuf';
import type { WeightRef } from '../graph/model.ts';
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type StringStringEntryProto,
} from './generated/onnx_pb.ts';

/** A non-negative safe integer as a protobuf varint. */
export function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

/** The `external_data` entries that state a reference. */
export function externalDataEntries(ref: WeightRef): StringStringEntryProto[] {
  const entries = { location: ref.location, offset: String(ref.offset), length: String(ref.length) };
  return Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value }));
}

/** The fields `external_data` and `data_location` of a TensorProto, serialized, to splice into a tensor. */
export function externalDataFields(ref: WeightRef): Uint8Array {
  const fields = create(TensorProtoSchema, {
    externalData: externalDataEntries(ref),
    dataLocation: TensorProto_DataLocation.EXTERNAL,
  });
  return toBinary(TensorProtoSchema, fields);
}
