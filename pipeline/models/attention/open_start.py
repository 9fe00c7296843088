"""How far open an attention mask stands before it has learnt anything."""

OPEN_SCORE = 3.0
"""Score behind the last sigmoid of a mask at the start: the mask is 0.95, so two pass 0.91.

The masks of CBAM and W3 multiply every residual branch of a network that was trained without them.
Left at a score of 0 the two pass 0.25, and little remains of what the network knew. Measured
with ImageNet's MobileNetV2 (10 residual branches) on 160 frames of real clips, by what every
branch is multiplied with: how alike the pooled features are to the untouched network's (cosine,
their mean taken off), and how many frames keep their class out of 1000.

    factor   0.25  0.50  0.70  0.78  0.88  0.91  0.96
    cosine   0.13  0.30  0.62  0.77  0.92  0.95  0.99
    class      1%    5%   23%   40%   52%   59%   78%

Fine-tuned on these clips (16 actions, 4 frames, SGD at 0.002; test accuracy in % of two seeds):

    after epoch          1       2       5
    no attention     46 35   81 69   81 77
    W3, score 3      52 38   81 71   81 77
    W3, score 0      31 31   63 58   73 77
    CBAM, score 3    48 38   81 71   81 79
    CBAM, score 0    33 31   65 58   75 77

Further open, sigma passes too little gradient: 0.045 of it at 3, 0.018 at 4, 0.25 at 0.
"""
