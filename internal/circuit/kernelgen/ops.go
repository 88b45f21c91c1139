package main

import (
	"fmt"
	"strings"
)

// op is a function of the operands a, b and c as a straight-line program. Every
// step is "x = y op z" over the names a, b, c (never assigned) and r, s, t (r is
// the result), with op one of & &^ | ^.
//
// Each maps zeros to 0 (see cover.go). The first four are needed to compute
// anything; the others are the functions of three values that the covers of the
// circuits of package oneway use most.
type op struct {
	name  string
	arity int
	doc   string
	steps []step
}

type step struct{ dst, x, op, y string }

var ops = []op{
	define("And", "a & b", "r = a & b"),
	define("AndNot", "a &^ b", "r = a &^ b"),
	define("Or", "a | b", "r = a | b"),
	define("Xor", "a ^ b", "r = a ^ b"),
	define("Xor3", "a ^ b ^ c", "s = a ^ b", "r = s ^ c"),
	define("AndXor", "a&b ^ c", "s = a & b", "r = s ^ c"),
	define("AndNotXor", "a&^b ^ c", "s = a &^ b", "r = s ^ c"),
	define("OrXor", "(a | b) ^ c", "s = a | b", "r = s ^ c"),
	define("XorAnd", "(a ^ b) & c", "s = a ^ b", "r = s & c"),
	define("XorAndNot", "(a ^ b) &^ c", "s = a ^ b", "r = s &^ c"),
	define("Maj", "majority of a, b, c", "s = a & b", "t = a | b", "t = t & c", "r = s | t"),
	define("MajNot", "majority of a, b, ^c", "s = a & b", "t = a | b", "t = t &^ c", "r = s | t"),
	define("Mux", "b if a, else c", "s = b ^ c", "s = s & a", "r = s ^ c"),
	define("MuxNot", "^b if a, else c", "s = b ^ c", "s = a &^ s", "r = s ^ c"),
}

func define(name, doc string, lines ...string) op {
	o := op{name: name, arity: 2, doc: doc}
	for _, line := range lines {
		var s step
		if _, err := fmt.Sscanf(strings.Replace(line, " = ", " ", 1), "%s %s %s %s", &s.dst, &s.x, &s.op, &s.y); err != nil {
			panic(fmt.Sprintf("%s: %s: %v", name, line, err))
		}
		if s.x == "c" || s.y == "c" {
			o.arity = 3
		}
		o.steps = append(o.steps, s)
	}
	return o
}

// run computes the op on any type of value.
func run[T any](o op, a, b, c T, apply func(op string, x, y T) T) T {
	value := map[string]T{"a": a, "b": b, "c": c}
	for _, s := range o.steps {
		value[s.dst] = apply(s.op, value[s.x], value[s.y])
	}
	return value["r"]
}

// table is the truth table: bit 4a+2b+c.
func (o op) table() uint8 {
	return run(o, 0xF0, 0xCC, 0xAA, func(op string, x, y uint8) uint8 {
		switch op {
		case "&":
			return x & y
		case "&^":
			return x &^ y
		case "|":
			return x | y
		case "^":
			return x ^ y
		}
		panic("unknown operator " + op)
	})
}
