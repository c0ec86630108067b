import { create, isMessage } from '@bufbuild/protobuf';
import type { Initializer } from '../graph/model.ts';
import { copyMessage, updateMessage } from './copyMessage.ts';
import { elementTypeCode } from './elementTypes.ts';
import { TensorProto_DataLocation, TensorProtoSchema, type TensorProto } from './generated/onnx_pb.ts';
import { externalDataEntries } from './wireFields.ts';

export interface EncodeOptions {
  /** What stands for the location `''` in the result: the name of the file that holds the inline weights. */
  readonly modelFileName?: string;
}

/**
 * A tensor's message: small bytes inline, references as external data.
 * @throws Error when the tensor refers into the model's own file and `modelFileName` is missing
 */
export function encodeTensor(initializer: Initializer, options: EncodeOptions): TensorProto {
  const { name, dims, elementType, data, origin } = initializer;
  const tensor = isMessage(origin, TensorProtoSchema) ? copyMessage(origin) : create(TensorProtoSchema);
  updateMessage(tensor, { name, dataType: elementTypeCode(elementType) });
  tensor.dims = dims.map(BigInt);
  if ('bytes' in data) {
    tensor.externalData = [];
    if (elementType !== 'string') tensor.rawData = data.bytes;
    return tensor;
  }
  const location = data.location || options.modelFileName;
  if (!location) {
    throw new Error(`Initializer ${name} lies inside the model file; pass modelFileName to refer to it.`);
  }
  tensor.externalData = [...externalDataEntries({ ...data, location }), ...tensor.externalData];
  tensor.dataLocation = TensorProto_DataLocation.EXTERNAL;
  return tensor;
}
