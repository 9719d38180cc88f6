// Package cnitool names what the client is made of, so that go.mod and go.sum hold all that
// hack/cnitest needs to build it from the CNI project's own source, unchanged.
package cnitool

import (
	_ "github.com/containernetworking/cni/cnitool/cmd"
)
