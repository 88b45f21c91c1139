package npy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// Write writes a vector in version 1 of the format, little-endian.
func Write[T uint8 | int32 | int64 | float64](w io.Writer, values []T) error {
	var kind string
	switch any(values).(type) {
	case []uint8:
		kind = "|u1"
	case []int32:
		kind = "<i4"
	case []int64:
		kind = "<i8"
	case []float64:
		kind = "<f8"
	}
	header := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%d,), }", kind, len(values))
	// The whole is of a length divisible by 64, so that the entries can be mapped into memory.
	header += strings.Repeat(" ", 63-(len(magic)+4+len(header))%64) + "\n"
	var b bytes.Buffer
	b.WriteString(magic + "\x01\x00")
	b.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(header))))
	b.WriteString(header)
	if _, err := w.Write(b.Bytes()); err != nil {
		return err
	}
	return binary.Write(w, binary.LittleEndian, values)
}
