import { clearField } from '@bufbuild/protobuf';
import type { ElementType, Initializer, WeightData } from '../graph/model.ts';
import { copyMessage } from './copyMessage.ts';
import { byteLengthOf, elementTypeOf } from './elementTypes.ts';
import { TensorProto_DataLocation, TensorProtoSchema, type TensorProto } from './generated/onnx_pb.ts';
import { OnnxFormatError } from './onnxFormatError.ts';
import { rawBytesOf } from './typedData.ts';

/**
 * A tensor as plain data. Its bytes are copied out of the file when inline (the scan has turned large ones into
 * references before); `origin` keeps everything except them.
 * @throws OnnxFormatError naming the tensor when its type is unknown or its bytes do not fit its dims
 */
export function decodeTensor(tensor: TensorProto): Initializer {
  const elementType = elementTypeOf(tensor.dataType);
  if (!elementType) {
    throw new OnnxFormatError(
      `tensor ${tensor.name} has element type code ${tensor.dataType}, which is not supported`,
    );
  }
  const dims = tensor.dims.map((dim) => checkedNumber(dim, `a dimension of tensor ${tensor.name}`));
  const data = weightData(tensor, elementType, dims);
  const actual = 'bytes' in data ? data.bytes.length : data.length;
  const expected = byteLengthOf(elementType, dims);
  if (actual !== expected) {
    throw new OnnxFormatError(
      `tensor ${tensor.name} (${elementType} [${dims}]) has ${actual} bytes of data instead of ${expected}`,
    );
  }
  return { name: tensor.name, elementType, dims, data, origin: withoutData(tensor, elementType) };
}

function weightData(tensor: TensorProto, type: ElementType, dims: readonly number[]): WeightData {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return { bytes: rawBytesOf(tensor, type) };
  const entry = (key: string) => tensor.externalData.find((candidate) => candidate.key === key)?.value;
  const location = entry('location');
  if (location === undefined)
    throw new OnnxFormatError(`tensor ${tensor.name} has external data without a location`);
  if (/^[/\\]|^[a-z]:|(^|[/\\])\.\.([/\\]|$)/i.test(location)) {
    throw new OnnxFormatError(
      `tensor ${tensor.name} has its data at ${location}, outside the model's folder`,
    );
  }
  const number = (key: string, otherwise: number) => {
    const text = entry(key);
    return text === undefined
      ? otherwise
      : checkedNumber(text, `the external data's ${key} of tensor ${tensor.name}`);
  };
  return { location, offset: number('offset', 0), length: number('length', byteLengthOf(type, dims)) };
}

function checkedNumber(value: bigint | string, what: string): number {
  const number = /^\d+$/.test(String(value).trim()) ? Number(value) : NaN;
  if (!Number.isSafeInteger(number)) throw new OnnxFormatError(`${what} is ${value}`);
  return number;
}

const dataFields = [
  'rawData',
  'floatData',
  'int32Data',
  'int64Data',
  'doubleData',
  'uint64Data',
  'dataLocation',
] as const;

const referenceKeys = ['location', 'offset', 'length'];

/** Strings stay: the IR does not interpret them, so their bytes exist only here. So do checksums. */
function withoutData(tensor: TensorProto, type: ElementType): TensorProto {
  const copy = copyMessage(tensor);
  copy.externalData = tensor.externalData.filter(({ key }) => !referenceKeys.includes(key));
  dataFields.forEach((name) => clearField(copy, TensorProtoSchema.field[name]));
  if (type !== 'string') clearField(copy, TensorProtoSchema.field.stringData);
  return copy;
}
