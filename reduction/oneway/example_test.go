package oneway_test

import (
	"fmt"

	"assay/internal/circuit"
	"assay/reduction/oneway"
)

func ExampleParse() {
	f, err := oneway.Parse("speck32:unknown=64")
	if err != nil {
		fmt.Println(err)
		return
	}
	key := circuit.Bits(0x1918111009080100, 64)
	fmt.Println(f.Name)
	fmt.Println(f.Circuit)
	fmt.Printf("%08x %08x\n", circuit.Uint(f.Circuit.Eval(key)), circuit.Uint(f.Reference(key)))
	// Output:
	// speck32:rounds=22,unknown=64,pairs=1,seed=1
	// 64 -> 32 bits, 630 AND, 3486 XOR, 545 NOT, depth 527, AND-depth 155
	// a86842f2 a86842f2
}

func ExampleList() {
	for name := range oneway.List() {
		if f, err := oneway.Parse(name); err == nil && !f.Control {
			fmt.Println(name)
		}
	}
	// Output:
	// goldreich:n=32,m=32,pred=p5,seed=1
	// mq:n=32,m=32,seed=1
	// speck32:rounds=22,unknown=64,pairs=1,seed=1
	// simon32:rounds=32,unknown=64,pairs=1,seed=1
	// aes128:unknown=128,seed=1
	// sha256:rounds=64,n=512,m=256
	// keccak:w=64,rounds=24,n=1600,m=1600
	// mul:n=32
	// subsetsum:n=32,m=32,seed=1
}
