package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

// assemble returns the loop for AVX2 and its Go declaration.
func assemble() (assembly, declaration []byte, err error) {
	c := build.NewContext()
	c.ConstraintExpr("amd64")
	loop(c)
	file, err := c.Result()
	if err != nil {
		return nil, nil, err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return nil, nil, err
	}
	cfg := printer.Config{Name: "kernelgen", Pkg: "circuit"}
	if assembly, err = printer.NewGoAsm(cfg).Print(file); err != nil {
		return nil, nil, err
	}
	declaration, err = printer.NewStubs(cfg).Print(file)
	return assembly, declaration, err
}

// address returns the address of a 64-bit word of one of the operands "dst", "a",
// "b", "c" of the instruction at hand.
type address func(name string, word int) operand.Mem

// loop emits a function that executes runs of instructions: for every run a
// binary search for the code of its op, then that code once for every
// instruction.
func loop(c *build.Context) {
	c.Function("executeAVX2")
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.Doc("executeAVX2 is executeGo on AVX2: count runs of (op, number of instructions),",
		"each instruction (dst, a, b, c) in words of memory.")
	c.SignatureExpr("func(memory *uint64, code, runs *uint32, count int)")
	memory := c.Load(c.Param("memory"), c.GP64())
	code := c.Load(c.Param("code"), c.GP64())
	runs := c.Load(c.Param("runs"), c.GP64())
	count := c.Load(c.Param("count"), c.GP64())
	which, left := c.GP32(), c.GP32()

	c.Label("next")
	c.TESTQ(count, count)
	c.JE(operand.LabelRef("done"))
	c.DECQ(count)
	c.MOVL(operand.Mem{Base: runs}, which)
	c.MOVL(operand.Mem{Base: runs, Disp: 4}, left)
	c.ADDQ(operand.Imm(8), runs)
	dispatch(c, which, 0, len(ops))

	for i, o := range ops {
		c.Label(handler(i))
		offset := map[string]reg.Register{}
		for k, operandName := range []string{"dst", "a", "b", "c"}[:o.arity+1] {
			r := c.GP64()
			c.MOVL(operand.Mem{Base: code, Disp: 4 * k}, r.As32()) // clears the upper half
			offset[operandName] = r
		}
		body(c, o, func(name string, word int) operand.Mem {
			return operand.Mem{Base: memory, Index: offset[name], Scale: 8, Disp: 8 * word}
		})
		c.ADDQ(operand.Imm(16), code)
		c.DECL(left)
		c.JNE(operand.LabelRef(handler(i)))
		c.JMP(operand.LabelRef("next"))
	}

	c.Label("done")
	c.VZEROUPPER()
	c.RET()
}

func handler(i int) string { return "op" + ops[i].name }

// dispatch jumps to the handler of op which, known to be in [lo, hi).
func dispatch(c *build.Context, which reg.GPVirtual, lo, hi int) {
	if hi-lo == 1 {
		c.JMP(operand.LabelRef(handler(lo)))
		return
	}
	mid := (lo + hi) / 2
	upper := fmt.Sprintf("from%d", mid)
	c.CMPL(which, operand.Imm(uint64(mid)))
	c.JGE(operand.LabelRef(upper))
	dispatch(c, which, lo, mid)
	c.Label(upper)
	dispatch(c, which, mid, hi)
}

// body emits o step by step for every 4 words. (One VPTERNLOGQ of AVX-512 for 8 words
// would do for any op, but the loads and stores are what takes the time: on Zen 4 it
// was no faster.)
func body(c *build.Context, o op, at address) {
	for word := 0; word < words; word += 4 {
		var value [3]reg.VecVirtual
		for i, name := range []string{"a", "b", "c"}[:o.arity] {
			value[i] = c.YMM()
			c.VMOVDQU(at(name, word), value[i])
		}
		r := run(o, value[0], value[1], value[2], func(op string, x, y reg.VecVirtual) reg.VecVirtual {
			z := c.YMM()
			switch op {
			case "&":
				c.VPAND(y, x, z)
			case "&^":
				c.VPANDN(x, y, z) // not the first source, and the second
			case "|":
				c.VPOR(y, x, z)
			case "^":
				c.VPXOR(y, x, z)
			}
			return z
		})
		c.VMOVDQU(r, at("dst", word))
	}
}
