package oneway

import (
	"crypto/aes"
	"fmt"
	"strings"

	"assay/internal/catalogue"
	"assay/internal/circuit"
)

const aesKeyBits = 128

// aesPlaintext is that of FIPS 197, appendix C.1.
var aesPlaintext = [16]byte{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff}

// aes128 maps the first `unknown` bits of the key, the others being public, to the
// ciphertext of the plaintext of FIPS 197.
func aes128(a *catalogue.Args) definition {
	unknown := a.Int("unknown", aesKeyBits, 1, aesKeyBits)
	known := circuit.RandomBits(aesKeyBits-unknown, seeded(a, "aes128"))
	return definition{
		n: unknown, m: 128,
		circuit: func(b *circuit.Builder, x circuit.Word) circuit.Word {
			return aesCircuit(b, append(x, constants(known)...), aesPlaintext)
		},
		reference: func(x []bool) []bool {
			cipher, err := aes.NewCipher(bytesOf(append(append([]bool(nil), x...), known...)))
			if err != nil {
				panic(fmt.Sprintf("oneway: aes: %v", err)) // the key has 16 bytes
			}
			var out [16]byte
			cipher.Encrypt(out[:], aesPlaintext[:])
			return bitsOf(out[:])
		},
	}
}

// aesCircuit follows FIPS 197, section 5. A byte is a word of eight literals with
// the most significant bit first, as the standard writes it; the state is its 16
// bytes column by column.
func aesCircuit(b *circuit.Builder, key circuit.Word, plaintext [16]byte) circuit.Word {
	w := aesKeyExpansion(b, key)
	state := make([]circuit.Word, 16)
	for i := range state {
		state[i] = b.XorWords(constants(bitsOf(plaintext[i:i+1])), w[i])
	}
	for round := 1; round <= 10; round++ {
		next := make([]circuit.Word, 16)
		for i := range next { // SubBytes and ShiftRows
			row, column := i%4, i/4
			next[i] = aesSBox(b, state[row+4*((column+row)%4)])
		}
		if round < 10 {
			for column := 0; column < 16; column += 4 {
				copy(next[column:], mixColumn(b, next[column:column+4]))
			}
		}
		for i := range next {
			state[i] = b.XorWords(next[i], w[16*round+i])
		}
	}
	var out circuit.Word
	for _, s := range state {
		out = append(out, s...)
	}
	return out
}

// aesKeyExpansion returns the bytes of the 11 round keys.
func aesKeyExpansion(b *circuit.Builder, key circuit.Word) []circuit.Word {
	w := make([]circuit.Word, 16*11)
	for i := range 16 {
		w[i] = key[8*i : 8*i+8]
	}
	rcon := byte(1)
	for i := 16; i < len(w); i++ {
		last := w[i-4]
		if i%16 < 4 { // SubWord(RotWord(.)), the first byte with the round constant
			last = aesSBox(b, w[i-4+(i+1)%4-i%4])
			if i%16 == 0 {
				last = b.XorWords(last, constants(bitsOf([]byte{rcon})))
				rcon = rcon<<1 ^ rcon>>7*0x1b
			}
		}
		w[i] = b.XorWords(w[i-16], last)
	}
	return w
}

// mixColumn multiplies a column by the matrix of section 5.1.3. Byte i of the
// result is 2 (s_i + s_i+1) + s_i+1 + (s_i+2 + s_i+3), where the sums of
// neighbours are shared.
func mixColumn(b *circuit.Builder, s []circuit.Word) []circuit.Word {
	var pair, out [4]circuit.Word
	for i := range pair {
		pair[i] = b.XorWords(s[i], s[(i+1)%4])
	}
	for i := range out {
		out[i] = b.XorWords(xtime(b, pair[i]), s[(i+1)%4], pair[(i+2)%4])
	}
	return out[:]
}

// xtime doubles in GF(2^8) mod x^8 + x^4 + x^3 + x + 1.
func xtime(b *circuit.Builder, s circuit.Word) circuit.Word {
	top := s[0]
	double := append(append(circuit.Word(nil), s[1:]...), top)
	for _, i := range []int{3, 4, 6} { // x^4, x^3 and x
		double[i] = b.Xor(double[i], top)
	}
	return double
}

// The S-box as a straight-line program of 32 ANDs and 83 XORs, by the formulas of
// Boyar and Peralta ("A new combinational logic minimization technique with
// applications to cryptology", 2010): a linear map into a tower of fields, the
// inversion there, and a linear map back. x0 to x7 are the input and s0 to s7 the
// output, most significant bit first; "#" is XNOR.
const (
	aesTopLinear = `
		y14=x3+x5 y13=x0+x6 y9=x0+x3 y8=x0+x5 t0=x1+x2 y1=t0+x7 y4=y1+x3 y12=y13+y14
		y2=y1+x0 y5=y1+x6 y3=y5+y8 t1=x4+y12 y15=t1+x5 y20=t1+x1 y6=y15+x7 y10=y15+t0
		y11=y20+y9 y7=x7+y11 y17=y10+y11 y19=y10+y8 y16=t0+y11 y21=y13+y16 y18=x0+y16`
	aesInversion = `
		t2=y12*y15 t3=y3*y6 t4=t3+t2 t5=y4*x7 t6=t5+t2 t7=y13*y16 t8=y5*y1 t9=t8+t7
		t10=y2*y7 t11=t10+t7 t12=y9*y11 t13=y14*y17 t14=t13+t12 t15=y8*y10 t16=t15+t12
		t17=t4+t14 t18=t6+t16 t19=t9+t14 t20=t11+t16 t21=t17+y20 t22=t18+y19 t23=t19+y21
		t24=t20+y18 t25=t21+t22 t26=t21*t23 t27=t24+t26 t28=t25*t27 t29=t28+t22
		t30=t23+t24 t31=t22+t26 t32=t31*t30 t33=t32+t24 t34=t23+t33 t35=t27+t33
		t36=t24*t35 t37=t36+t34 t38=t27+t36 t39=t29*t38 t40=t25+t39 t41=t40+t37
		t42=t29+t33 t43=t29+t40 t44=t33+t37 t45=t42+t41
		z0=t44*y15 z1=t37*y6 z2=t33*x7 z3=t43*y16 z4=t40*y1 z5=t29*y7 z6=t42*y11
		z7=t45*y17 z8=t41*y10 z9=t44*y12 z10=t37*y3 z11=t33*y4 z12=t43*y13 z13=t40*y5
		z14=t29*y2 z15=t42*y9 z16=t45*y14 z17=t41*y8`
	aesBottomLinear = `
		t46=z15+z16 t47=z10+z11 t48=z5+z13 t49=z9+z10 t50=z2+z12 t51=z2+z5 t52=z7+z8
		t53=z0+z3 t54=z6+z7 t55=z16+z17 t56=z12+t48 t57=t50+t53 t58=z4+t46 t59=z3+t54
		t60=t46+t57 t61=z14+t57 t62=t52+t58 t63=t49+t58 t64=z4+t59 t65=t61+t62 t66=z1+t63
		s0=t59+t63 s6=t56#t62 s7=t48#t60 t67=t64+t65 s3=t53+t66 s4=t51+t66 s5=t47+t65
		s1=t64#s3 s2=t55#t67`
)

var aesSBoxProgram = strings.Fields(aesTopLinear + aesInversion + aesBottomLinear)

func aesSBox(b *circuit.Builder, x circuit.Word) circuit.Word {
	value := map[string]circuit.Lit{}
	for i, l := range x {
		value[fmt.Sprintf("x%d", i)] = l
	}
	for _, step := range aesSBoxProgram {
		name, expression, _ := strings.Cut(step, "=")
		at := strings.IndexAny(expression, "+*#")
		l, r := value[expression[:at]], value[expression[at+1:]]
		switch expression[at] {
		case '+':
			value[name] = b.Xor(l, r)
		case '*':
			value[name] = b.And(l, r)
		case '#':
			value[name] = b.Xor(l, r).Not()
		}
	}
	out := make(circuit.Word, 8)
	for i := range out {
		out[i] = value[fmt.Sprintf("s%d", i)]
	}
	return out
}

// bitsOf returns the bits of a byte string, most significant first in each byte.
func bitsOf(data []byte) []bool {
	bits := make([]bool, 8*len(data))
	for i := range bits {
		bits[i] = data[i/8]>>(7-i%8)&1 == 1
	}
	return bits
}

// bytesOf is the inverse of bitsOf. The number of bits must be a multiple of 8.
func bytesOf(bits []bool) []byte {
	data := make([]byte, len(bits)/8)
	for i, b := range bits {
		if b {
			data[i/8] |= 0x80 >> (i % 8)
		}
	}
	return data
}
