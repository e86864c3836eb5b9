"""From a voice's tensors to what serving runs: ONNX graphs in fp32 and int8, and a folder that holds them."""
