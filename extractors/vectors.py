"""Word vectors for the parser: what the model's first component gives for each token of a batch of sentences, sooner.

Documents -> one array a document. The same numbers, up to rounding, as the model's own code gives, in about half of its
time: what a kind of token brings by itself (its word, prefix, suffix, shape) is worked out once a process, and the layers
that look at its neighbours run in plain NumPy. Pure: what is kept never changes what comes out.
A model that is built in another way is left to run its own code.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from spacy.tokens import Doc

#: Kinds of token that are kept: some 40 MB at the most, and more than the words of ten thousand articles.
MOST_KINDS = 100_000
#: New kinds are worked out in blocks of this size, so that the numbers do not depend on how many come together.
_BLOCK = 16

_EMBEDDING = ["extract_features", "list2ragged", "with_array(", "with_array(maxout>>layernorm", "ragged2list"]

Floats: TypeAlias = NDArray[np.float32]


class Vectors:
    """A model's word vectors, by its weights."""

    def __init__(self, model: Any) -> None:
        """Take the weights of a spaCy Tok2Vec model.

        Raises:
            LookupError: when it is built in another way.
        """
        embed, encode = _two_parts(model)
        self._columns = embed.layers[0].attrs["columns"]
        self._features, self._mix = (part.layers[0] for part in embed.layers[2:4])
        self._pad = encode.attrs["pad"]
        self._layers = [_Layer(residual) for residual in encode.layers[0].layers]
        self._width = self._layers[0].width
        self._known: dict[bytes, int] = {}
        self._rows: Floats = np.zeros((1024, self._width), np.float32)

    def __call__(self, docs: Sequence["Doc"]) -> list[Floats]:
        """The vectors of each document's tokens."""
        features = [doc.to_array(self._columns).astype(np.uint64, copy=False) for doc in docs]
        rows = self._alone(np.concatenate(features))
        # Between two sentences, as before the first and after the last, lie rows of nothing: as many as the layers can see.
        pad = self._pad
        spans, at = [], pad
        for doc in docs:
            spans.append((at, at + len(doc)))
            at += len(doc) + pad
        x = np.zeros((at, self._width), np.float32)
        taken = 0
        for start, end in spans:
            x[start:end] = rows[taken : taken + end - start]
            taken += end - start
        for layer in self._layers:
            x = layer(x)
        return [x[start:end] for start, end in spans]

    def _alone(self, features: NDArray[np.uint64]) -> Floats:
        """What each token brings by itself, one row a token."""
        size = features.shape[1] * features.itemsize
        data = features.tobytes()
        keys = [data[i : i + size] for i in range(0, len(data), size)]
        known = self._known
        fresh = {key: features[i] for i, key in enumerate(keys) if key not in known}
        if fresh:
            if len(known) + len(fresh) > MOST_KINDS:
                known.clear()
                fresh = {key: features[i] for i, key in enumerate(keys)}
            self._keep(fresh)
        return self._rows[[known[key] for key in keys]]

    def _keep(self, fresh: dict[bytes, NDArray[np.uint64]]) -> None:
        wanted = np.zeros((-(-len(fresh) // _BLOCK) * _BLOCK, len(self._columns)), np.uint64)
        wanted[: len(fresh)] = list(fresh.values())
        first = len(self._known)
        while len(self._rows) < first + len(fresh):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        for i in range(0, len(fresh), _BLOCK):
            block = self._mix.predict(self._features.predict(wanted[i : i + _BLOCK]))
            here = min(_BLOCK, len(fresh) - i)
            self._rows[first + i : first + i + here] = block[:here]
        self._known.update((key, first + i) for i, key in enumerate(fresh))


class _Layer:
    """A window of three tokens, the largest of three sums for each number, their normal form, added to what came in."""

    def __init__(self, residual: Any) -> None:
        window, (maxout, norm) = _window_and_sums(residual)
        weights, offsets = maxout.get_param("W"), maxout.get_param("b")
        self.width, self._pieces, seen = weights.shape
        if seen != 3 * self.width or window.attrs["window_size"] != 1:
            raise LookupError("window")
        # one piece after the other, so that the largest of them is found in whole columns
        self._weights: Floats = np.ascontiguousarray(weights.transpose(1, 0, 2).reshape(-1, seen).T, np.float32)
        self._offsets: Floats = np.ascontiguousarray(offsets.T.reshape(-1), np.float32)
        self._scale, self._shift = norm.get_param("G"), norm.get_param("b")

    def __call__(self, x: Floats) -> Floats:
        width = self.width
        seen = np.zeros((len(x), 3 * width), np.float32)
        seen[1:, :width] = x[:-1]
        seen[:, width : 2 * width] = x
        seen[:-1, 2 * width :] = x[1:]
        sums = seen @ self._weights
        sums += self._offsets
        best: Floats = sums[:, :width]
        for piece in range(1, self._pieces):
            best = np.maximum(best, sums[:, piece * width : (piece + 1) * width])
        best = best - best.mean(axis=1, keepdims=True)
        spread = np.einsum("ij,ij->i", best, best) / width + 1e-8
        best *= (spread**-0.5)[:, None]
        best *= self._scale
        best += self._shift
        best += x
        return best


def _two_parts(model: Any) -> tuple[Any, Any]:
    """The part that looks at each token by itself, and the one that looks at its neighbours."""
    if len(model.layers) != 2:
        raise LookupError("parts")
    embed, encode = model.layers
    built = [layer.name for layer in embed.layers]
    if len(built) != len(_EMBEDDING) or not all(name.startswith(part) for name, part in zip(built, _EMBEDDING, strict=True)):
        raise LookupError("embedding")
    if not encode.name.startswith("with_array(residual(") or "staticvectors" in embed.name:
        raise LookupError("encoding")
    return embed, encode


def _window_and_sums(residual: Any) -> tuple[Any, tuple[Any, Any]]:
    """The parts of a layer: its window, and the sums with their normal form."""
    chain = residual.layers[0]
    window, rest = chain.layers[0], [node for node in chain.walk() if node.name in ("maxout", "layernorm")]
    if window.name != "expand_window" or [node.name for node in rest] != ["maxout", "layernorm"]:
        raise LookupError("layer")
    return window, (rest[0], rest[1])
