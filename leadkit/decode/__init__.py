"""Bytes of a JSON body become typed columns, nothing lost without a word.

```
text     strict JSON in Python, exact numbers; the place of what is wrong; a body cut into pieces
shape    what a table declares, as a tree of leaves, objects and lists
census   what the bytes hold against what arrived in the frame
flat     rows of texts and nulls: read under the keys that they have
walk     a piece that differs, walked in Python: repaired and told
wire     pieces to wire frames: every leaf a String
casting  wire frames to typed columns
```
Bytes go straight into columns (`polars.read_json` with a declared schema), which is faster than `orjson.loads` alone.
But a declared schema drops unknown keys and refuses a whole body for one misplaced object: hence census and walk.
"""
