package spec

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
)

// Key is what a random stream is a function of: the same key opens the same stream. Its text
// is hexadecimal.
type Key [sha256.Size]byte

// StreamKey returns the key of the stream of one purpose. Streams of different
// arguments are independent: each is ChaCha8 keyed by the SHA-256 hash of the
// root seed, the purpose, the digest of the problem (empty where there is none)
// and the number of the replicate. One root seed therefore replays a whole run,
// call by call and in any order.
func StreamKey(root uint64, purpose string, digest []byte, replicate uint64) Key {
	key := make([]byte, 0, 64)
	key = binary.LittleEndian.AppendUint64(key, root)
	key = binary.LittleEndian.AppendUint64(key, uint64(len(purpose)))
	key = append(key, purpose...)
	key = binary.LittleEndian.AppendUint64(key, uint64(len(digest)))
	key = append(key, digest...)
	key = binary.LittleEndian.AppendUint64(key, replicate)
	return sha256.Sum256(key)
}

// Stream opens the stream of the key.
func (k Key) Stream() *rand.Rand { return rand.New(rand.NewChaCha8(k)) }

// MarshalText implements [encoding.TextMarshaler].
func (k Key) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, k[:]), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (k *Key) UnmarshalText(text []byte) error {
	key, err := hex.DecodeString(string(text))
	if err != nil || len(key) != len(k) {
		return fmt.Errorf("the key of a stream is %q, want %d hexadecimal digits", text, 2*len(k))
	}
	copy(k[:], key)
	return nil
}

// Stream opens the random stream of one purpose; see [StreamKey].
func Stream(root uint64, purpose string, digest []byte, replicate uint64) *rand.Rand {
	return StreamKey(root, purpose, digest, replicate).Stream()
}

// Split returns a stream keyed by the next 256 bits of rng. A sampler that
// works on its rows in parallel gives each row a stream of its own, made in order
// before the work begins, so that the result does not depend on the schedule.
func Split(rng *rand.Rand) *rand.Rand {
	var key [32]byte
	for i := 0; i < len(key); i += 8 {
		binary.LittleEndian.PutUint64(key[i:], rng.Uint64())
	}
	return rand.New(rand.NewChaCha8(key))
}
