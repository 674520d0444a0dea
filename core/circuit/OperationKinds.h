// Where the kinds are described, one function each; operationRegistry() lists them. Inside of core/circuit.
#pragma once

#include "core/circuit/Operations.h"

namespace lab {

// Parameters that several kinds share.
ParamSpec initSpec();
ParamSpec biasSpec();
ParamSpec kernelSpec(std::int64_t standard);
ParamSpec dilationSpec();

// OperationKinds.cpp
OperationDescription inputKind();
OperationDescription outputKind();
OperationDescription linearKind();
OperationDescription convKind();
OperationDescription poolKind();
OperationDescription mergeKind();
OperationDescription pointwiseKind();
OperationDescription normKind();
OperationDescription dropoutKind();
OperationDescription copyKind();
OperationDescription addKind();
OperationDescription softmaxKind();

// WiringKinds.cpp: axes meet, part and change places; nothing is learned.
OperationDescription einsumKind();
OperationDescription splitKind();
OperationDescription concatKind();
OperationDescription partsKind();
OperationDescription renameKind();
OperationDescription indexKind();
OperationDescription windowKind();
OperationDescription discardKind();

// SelectionKinds.cpp: places, crossings, and arrays that begin by themselves.
OperationDescription gatherKind();
OperationDescription scatterKind();
OperationDescription topKind();
OperationDescription swapKind();
OperationDescription repeatKind();
OperationDescription constantKind();

// SequenceKinds.cpp: what sequences, images of other resolutions and time need.
OperationDescription transposedConvKind();
OperationDescription transposedLinearKind();
OperationDescription embeddingKind();
OperationDescription offsetKind();
OperationDescription maskKind();
OperationDescription scaleKind();
OperationDescription spikeKind();
OperationDescription grabKind();
OperationDescription dropKind();

// What softmax acts on after an edit.
void threadSoftmax(ThreadContext&);

}  // namespace lab
