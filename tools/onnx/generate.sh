#!/bin/sh
# Writes src/onnx/generated/onnx_pb.ts from tools/onnx/onnx.proto.
#
# onnx.proto is the file of that name in the Python package onnx 1.23.1 (Apache-2.0), unchanged.
# Needs protoc (Debian: protobuf-compiler) and this project's node_modules (@bufbuild/protoc-gen-es).
set -eu
cd "$(dirname "$0")/../.."
protoc --plugin=protoc-gen-es=node_modules/.bin/protoc-gen-es \
  --es_out=src/onnx/generated --es_opt=target=ts,import_extension=js \
  --proto_path=tools/onnx onnx.proto
