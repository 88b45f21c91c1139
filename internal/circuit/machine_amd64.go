package circuit

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// The assembler steps over runs 8 bytes at a time and over instructions 16 at a time, and
// reads their fields in this order. Types laid out otherwise do not compile.
var (
	_ [8]byte  = [unsafe.Sizeof(run{})]byte{}
	_ [0]byte  = [unsafe.Offsetof(run{}.op)]byte{}
	_ [4]byte  = [unsafe.Offsetof(run{}.count)]byte{}
	_ [16]byte = [unsafe.Sizeof(instruction{})]byte{}
	_ [0]byte  = [unsafe.Offsetof(instruction{}.dst)]byte{}
	_ [4]byte  = [unsafe.Offsetof(instruction{}.a)]byte{}
	_ [8]byte  = [unsafe.Offsetof(instruction{}.b)]byte{}
	_ [12]byte = [unsafe.Offsetof(instruction{}.c)]byte{}
)

func nativeKernels() []kernel {
	if !cpu.X86.HasAVX2 {
		return nil
	}
	return []kernel{{"avx2", func(memory []uint64, code []instruction, runs []run) {
		if len(runs) > 0 {
			executeAVX2(&memory[0], (*uint32)(unsafe.Pointer(&code[0])), (*uint32)(unsafe.Pointer(&runs[0])), len(runs))
		}
	}}}
}
