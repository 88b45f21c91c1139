package circuit

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

func nativeKernels() []kernel {
	var k []kernel
	if cpu.X86.HasAVX512F {
		k = append(k, kernel{"avx512", native(executeAVX512)})
	}
	if cpu.X86.HasAVX2 {
		k = append(k, kernel{"avx2", native(executeAVX2)})
	}
	return k
}

func native(execute func(memory *uint64, code, runs *uint32, count int)) func([]uint64, []instruction, []run) {
	return func(memory []uint64, code []instruction, runs []run) {
		if len(runs) > 0 {
			execute(&memory[0], (*uint32)(unsafe.Pointer(&code[0])), (*uint32)(unsafe.Pointer(&runs[0])), len(runs))
		}
	}
}
