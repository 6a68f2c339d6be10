"""Training objectives: residuals as functions of log P_F, log P_B, log Z and log R."""
