package circuit

import (
	"unsafe"

	"golang.org/x/sys/cpu"
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
