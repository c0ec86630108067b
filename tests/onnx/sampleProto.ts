import { create, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  ModelProtoSchema,
  TensorProto_DataType as DataType,
  type TensorProtoSchema,
} from '../../src/onnx/generated/onnx_pb.ts';

export type TensorInit = Exclude<MessageInitShape<typeof TensorProtoSchema>, { $typeName: string }>;

/** Serializes a one-node model with the given initializers, to decode in tests. */
export function modelBytes(...initializer: TensorInit[]): Uint8Array {
  const vector = (name: string) => ({
    name,
    type: {
      value: {
        case: 'tensorType' as const,
        value: {
          elemType: DataType.FLOAT,
          shape: { dim: [{ value: { case: 'dimParam' as const, value: 'batch_size' } }, {}] },
        },
      },
    },
  });
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 10n,
      opsetImport: [{ version: 21n }],
      graph: {
        name: 'main_graph',
        input: [vector('x')],
        output: [vector('y')],
        node: [
          {
            name: 'slice',
            opType: 'Slice',
            input: ['x', ''],
            output: ['y'],
            attribute: [
              { name: 'ends', type: AttributeType.INTS, ints: [9223372036854775807n, 1n] },
              { name: 'mode', type: AttributeType.STRING, s: new TextEncoder().encode('tanh') },
            ],
          },
        ],
        initializer,
      },
    }),
  );
}

/** Bytes 0, 1, 2, … */
export function countingBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i);
}
