// Package critest names what the conformance suite is made of, so that go.mod and go.sum hold all
// that hack/critest needs to build it from cri-tools' own source, unchanged.
package critest

import (
	_ "sigs.k8s.io/cri-tools/pkg/benchmark"
	_ "sigs.k8s.io/cri-tools/pkg/validate"
)
