BEGIN TRANSACTION;
CREATE TABLE compounds (
    compound_id TEXT PRIMARY KEY, smiles TEXT NOT NULL, inchikey TEXT UNIQUE NOT NULL, blocks TEXT NOT NULL,
    round INTEGER NOT NULL, status TEXT NOT NULL CHECK (status IN ('proposed', 'pending', 'completed', 'failed', 'abandoned')), batch_round INTEGER
) STRICT;
INSERT INTO "compounds" VALUES('BEFORE-000001','CC(C)CC1CC(C2CCC(OCCN)O2)CCO1','OMFIYANGALZHSZ-UHFFFAOYSA-N','["C1CCOC1", "C1CCOCC1", "CC(C)C", "NCCO"]',0,'completed',0);
INSERT INTO "compounds" VALUES('BEFORE-000002','c1cc2c(c(-c3ccc4ocnc4c3)c1)OCCO2','YNFGJHOPNWHLNO-UHFFFAOYSA-N','["c1ccc2c(c1)OCCO2", "c1ccc2ocnc2c1"]',0,'completed',0);
INSERT INTO "compounds" VALUES('BEFORE-000003','Brc1cccc2c1CCCN2','WTZQIKXLRRDMCP-UHFFFAOYSA-N','["Br", "c1ccc2c(c1)CCCN2"]',0,'completed',0);
INSERT INTO "compounds" VALUES('BEFORE-000004','O=c1ccoc2cccc(-c3csc4nc[nH]c(=O)c34)c12','PRHRLEDOXFYJSG-UHFFFAOYSA-N','["O=c1[nH]cnc2sccc12", "O=c1ccoc2ccccc12"]',0,'completed',0);
INSERT INTO "compounds" VALUES('BEFORE-000005','CNCC1CCOC1CC(=O)Oc1cnc2nc(C)nn2c1','KNLAXLUKYDXCOY-UHFFFAOYSA-N','["C", "C1CCOC1", "CC(=O)O", "CNC", "c1cnc2ncnn2c1"]',0,'completed',0);
INSERT INTO "compounds" VALUES('BEFORE-000006','CCC(NCC1CCCCC1)c1nnc2n1CCCCC2','CDXNVORLAVLOAZ-UHFFFAOYSA-N','["C1CCCCC1", "CCCNC", "c1nnc2n1CCCCC2"]',0,'completed',0);
INSERT INTO "compounds" VALUES('BEFORE-000007','CC(Nc1ccc(-n2cnc3[nH]c(=O)[nH]c(=O)c32)c2nc[nH]c12)C(C)(C)c1nc2ccccc2s1','VCJFNCJQOLTUAF-UHFFFAOYSA-N','["CC(C)C(C)N", "O=c1[nH]c(=O)c2[nH]cnc2[nH]1", "c1ccc2[nH]cnc2c1", "c1ccc2scnc2c1"]',0,'completed',0);
INSERT INTO "compounds" VALUES('BEFORE-000008','O=C1NCC(c2cc(C3CSCCN3)c3c(=O)cc(-n4cnccc4=O)[nH]c3c2-n2cncn2)N1','MFBVQTJTMZRRKM-UHFFFAOYSA-N','["C1CSCCN1", "O=C1NCCN1", "O=c1cc[nH]c2ccccc12", "O=c1ccnc[nH]1", "c1nc[nH]n1"]',0,'completed',0);
INSERT INTO "compounds" VALUES('BEFORE-000009','NCCn1c(C2CNC2c2cccc(=O)[nH]2)cc(=O)c2cc(-c3ccn(C4CCCCO4)c3)ccc21','KJRWEBAFNYTJIX-UHFFFAOYSA-N','["C1CCOCC1", "C1CNC1", "CCN", "O=c1cc[nH]c2ccccc12", "O=c1cccc[nH]1", "c1cc[nH]c1"]',0,'completed',0);
INSERT INTO "compounds" VALUES('BEFORE-000010','NCc1ccnc2cccc(-c3ccc4[nH]c(=O)ccc4c3)c12','BSUOOHZKQHWVHK-UHFFFAOYSA-N','["CN", "O=c1ccc2ccccc2[nH]1", "c1ccc2ncccc2c1"]',0,'completed',0);
INSERT INTO "compounds" VALUES('BEFORE-000011','CCCC(C)C1(c2cccnc2)CCCNCC1','HKUIQPFZTMGTAU-UHFFFAOYSA-N','["C1CCCNCC1", "CCCCC", "c1ccncc1"]',1,'proposed',NULL);
INSERT INTO "compounds" VALUES('BEFORE-000012','c1ccc(-c2ccc3c(c2)OCCO3)cc1','FKCSLKOHKZUQSI-UHFFFAOYSA-N','["c1ccc2c(c1)OCCO2", "c1ccccc1"]',1,'proposed',NULL);
INSERT INTO "compounds" VALUES('BEFORE-000013','CC(NC1CNC(=O)C(C2CNC(=O)O2)C1)C(=O)C1CCCNCC1','NINBCOYXIWXARW-UHFFFAOYSA-N','["C1CCCNCC1", "CC(N)C=O", "O=C1CCCCN1", "O=C1NCCO1"]',1,'proposed',NULL);
INSERT INTO "compounds" VALUES('BEFORE-000014','c1cc2c(cc1-c1ccc3c(c1)OCCO3)CCCN2','GKNDPHDRLYOVFC-UHFFFAOYSA-N','["c1ccc2c(c1)CCCN2", "c1ccc2c(c1)OCCO2"]',1,'proposed',NULL);
INSERT INTO "compounds" VALUES('BEFORE-000015','O=c1[nH]cnc2scc(-c3cc4ncccn4n3)c12','UUOJWUOJROBZNL-UHFFFAOYSA-N','["O=c1[nH]cnc2sccc12", "c1cnc2ccnn2c1"]',1,'completed',1);
INSERT INTO "compounds" VALUES('BEFORE-000016','CS(=O)c1cc(C(C)(C)C)cn2cc(-c3ccc4[nH]c(=O)oc4c3)nc12','QZLCMYOGAJAOKH-UHFFFAOYSA-N','["CC(C)C", "C[SH]=O", "O=c1[nH]c2ccccc2o1", "c1ccn2ccnc2c1"]',1,'completed',1);
INSERT INTO "compounds" VALUES('BEFORE-000017','FC(F)(F)COC1CCOCC1C1CCCC1','AVPIMSTYQSEEBD-UHFFFAOYSA-N','["C1CCCC1", "C1CCOCC1", "OCC(F)(F)F"]',1,'proposed',NULL);
INSERT INTO "compounds" VALUES('BEFORE-000018','CCCN(C)c1cc(=O)c2ccc(C3CCN(c4cccc5c4OCCC5)C3)cc2[nH]1','HMBDYXHSEVMALF-UHFFFAOYSA-N','["C1CCNC1", "CCCNC", "O=c1cc[nH]c2ccccc12", "c1ccc2c(c1)CCCO2"]',1,'proposed',NULL);
CREATE TABLE failures (
    failure_id INTEGER PRIMARY KEY, compound_id TEXT NOT NULL REFERENCES compounds, round INTEGER NOT NULL,
    code TEXT NOT NULL, message TEXT NOT NULL, wall_s REAL NOT NULL, recorded_at TEXT NOT NULL
) STRICT;
CREATE TABLE initial_data (smiles TEXT NOT NULL, value REAL NOT NULL) STRICT;
CREATE TABLE lab_values (
    version INTEGER NOT NULL REFERENCES retrainings, key TEXT NOT NULL, smiles TEXT NOT NULL,
    compound_id TEXT NOT NULL, lab_id TEXT NOT NULL, value REAL NOT NULL,
    side INTEGER NOT NULL CHECK (side IN (-1, 0, 1)), n REAL NOT NULL,
    held_out INTEGER NOT NULL CHECK (held_out IN (0, 1)), PRIMARY KEY (version, key)
) STRICT;
CREATE TABLE measurements (
    measurement_id INTEGER PRIMARY KEY, compound_id TEXT NOT NULL REFERENCES compounds, round INTEGER NOT NULL,
    value REAL NOT NULL, unit TEXT NOT NULL, docked_smiles TEXT NOT NULL, wall_s REAL NOT NULL,
    recorded_at TEXT NOT NULL
) STRICT;
INSERT INTO "measurements" VALUES(1,'BEFORE-000001',0,5.3,'pIC50','',0.0,'2026-11-27T01:08:45.639+00:00');
INSERT INTO "measurements" VALUES(2,'BEFORE-000002',0,6.2,'pIC50','',0.0,'2026-11-27T01:08:45.646+00:00');
INSERT INTO "measurements" VALUES(3,'BEFORE-000003',0,5.6,'pIC50','',0.0,'2026-11-27T01:08:45.657+00:00');
INSERT INTO "measurements" VALUES(4,'BEFORE-000004',0,6.2,'pIC50','',0.0,'2026-11-27T01:08:45.664+00:00');
INSERT INTO "measurements" VALUES(5,'BEFORE-000005',0,6.5,'pIC50','',0.0,'2026-11-27T01:08:46.751+00:00');
INSERT INTO "measurements" VALUES(6,'BEFORE-000006',0,5.3,'pIC50','',0.0,'2026-11-27T01:08:51.269+00:00');
INSERT INTO "measurements" VALUES(7,'BEFORE-000007',0,5.3,'pIC50','',0.0,'2026-11-27T01:08:51.457+00:00');
INSERT INTO "measurements" VALUES(8,'BEFORE-000008',0,5.0,'pIC50','',0.0,'2026-11-27T01:08:51.474+00:00');
INSERT INTO "measurements" VALUES(9,'BEFORE-000009',0,5.3,'pIC50','',0.0,'2026-11-27T01:08:51.482+00:00');
INSERT INTO "measurements" VALUES(10,'BEFORE-000010',0,6.5,'pIC50','',0.0,'2026-11-27T01:08:53.756+00:00');
INSERT INTO "measurements" VALUES(11,'BEFORE-000015',1,6.8,'pIC50','',0.0,'2026-11-27T01:13:25.886+00:00');
INSERT INTO "measurements" VALUES(12,'BEFORE-000016',1,5.9,'pIC50','',0.0,'2026-11-27T01:13:25.900+00:00');
CREATE TABLE phases (
    round INTEGER NOT NULL, phase TEXT NOT NULL CHECK (phase IN ('propose', 'select', 'query', 'learn')), finished_at TEXT NOT NULL,
    PRIMARY KEY (round, phase)
) STRICT;
INSERT INTO "phases" VALUES(0,'propose','2026-11-27T01:08:42.293+00:00');
INSERT INTO "phases" VALUES(0,'select','2026-11-27T01:08:43.899+00:00');
INSERT INTO "phases" VALUES(0,'query','2026-11-27T01:08:53.778+00:00');
INSERT INTO "phases" VALUES(0,'learn','2026-11-27T01:09:31.234+00:00');
INSERT INTO "phases" VALUES(1,'propose','2026-11-27T01:13:23.611+00:00');
INSERT INTO "phases" VALUES(1,'select','2026-11-27T01:13:23.643+00:00');
INSERT INTO "phases" VALUES(1,'query','2026-11-27T01:13:27.557+00:00');
INSERT INTO "phases" VALUES(1,'learn','2026-11-27T01:14:53.668+00:00');
CREATE TABLE predictions (
    compound_id TEXT NOT NULL REFERENCES compounds, round INTEGER NOT NULL, pred_mean REAL NOT NULL,
    pred_std REAL NOT NULL, acquisition REAL NOT NULL, log_reward REAL NOT NULL, source_model TEXT NOT NULL,
    in_domain INTEGER, nn_similarity REAL, nn_smiles TEXT NOT NULL DEFAULT '', PRIMARY KEY (compound_id, round)
) STRICT;
INSERT INTO "predictions" VALUES('BEFORE-000011',1,5.52699999999998,4.15416658308257302767e-01,5.94241665830823695415e+00,-7.55102847014983158402e+00,'checkpoints/round_001/flow; checkpoints/round_000/proxy',NULL,1.57894736842105254392e-01,'Brc1cccc2c1CCCN2');
INSERT INTO "predictions" VALUES('BEFORE-000012',1,5.76299999999999,5.09834286803074854255e-01,6.27283428680306531788e+00,-6.29760595974774251004e+00,'checkpoints/round_001/flow; checkpoints/round_000/proxy',NULL,3.11111111111111116045e-01,'c1cc2c(c(-c3ccc4ocnc4c3)c1)OCCO2');
INSERT INTO "predictions" VALUES('BEFORE-000013',1,5.44599999999998,3.78264457754095340114e-01,5.82426445775407586324e+00,-8.05143665639794,'checkpoints/round_001/flow; checkpoints/round_000/proxy',NULL,1.2345679012345678327e-01,'CC(C)CC1CC(C2CCC(OCCN)O2)CCO1');
INSERT INTO "predictions" VALUES('BEFORE-000014',1,5.62299999999998245669e+00,4.19011933004299785832e-01,6.04201193300428229804e+00,-7.1521687400997739914e+00,'checkpoints/round_001/flow; checkpoints/round_000/proxy',NULL,2.8888888888888886175e-01,'Brc1cccc2c1CCCN2');
INSERT INTO "predictions" VALUES('BEFORE-000015',1,5.9840000000000035385e+00,4.86357892914261846772e-01,6.47035789291426510771e+00,-5.63240249807634629775e+00,'checkpoints/round_001/flow; checkpoints/round_000/proxy',NULL,4.1666666666666668517e-01,'O=c1ccoc2cccc(-c3csc4nc[nH]c(=O)c34)c12');
INSERT INTO "predictions" VALUES('BEFORE-000016',1,5.7669999999999905782e+00,5.39454353954067933329e-01,6.30645435395405851153e+00,-6.18040756476421648812e+00,'checkpoints/round_001/flow; checkpoints/round_000/proxy',NULL,1.70731707317073183594e-01,'NCc1ccnc2cccc(-c3ccc4[nH]c(=O)ccc4c3)c12');
INSERT INTO "predictions" VALUES('BEFORE-000017',1,5.51299999999997858424e+00,4.13438024376085400124e-01,5.92643802437606392885e+00,-7.6169066926309794141e+00,'checkpoints/round_001/flow; checkpoints/round_000/proxy',NULL,1.4516129032258065501e-01,'CC(C)CC1CC(C2CCC(OCCN)O2)CCO1');
INSERT INTO "predictions" VALUES('BEFORE-000018',1,5.56299999999998107114e+00,4.56432908541879567287e-01,6.0194329085418605274e+00,-7.24087058064372079968e+00,'checkpoints/round_001/flow; checkpoints/round_000/proxy',NULL,2.14285714285714273819e-01,'NCCn1c(C2CNC2c2cccc(=O)[nH]2)cc(=O)c2cc(-c3ccn(C4CCCCO4)c3)ccc21');
CREATE TABLE rejected (
    round INTEGER NOT NULL, smiles TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (round, smiles)
) STRICT;
INSERT INTO "rejected" VALUES(0,'CNCC(C)(C)C1(C2CCCO2)CC(c2csc3nc[nH]c(=O)c23)CC(c2ncco2)(C2CC(C(C)(C)C3CCCCCC3)CO2)O1','mw 666.9 is above 500; clogp 7.327 is above 5; sa_score 5.578 is above 5');
INSERT INTO "rejected" VALUES(0,'CC(C)NC(C1COc2ccccc2N1)C1(c2c[nH]nn2)CCc2cccc(-c3nc(NN)ncc3-c3cccc4cncnc34)c2C1','mw 639.8 is above 500; alert BRENK: Oxygen-nitrogen_single_bond; alert BRENK: hydrazine');
INSERT INTO "rejected" VALUES(0,'CCc1cc(C(=O)CSC2CCCCCC2)c2c(c1)C(c1cccc3cccnc13)C(c1cccc3nccn13)C2','mw 559.8 is above 500; clogp 8.555 is above 5');
INSERT INTO "rejected" VALUES(0,'O=C1Cc2cc(-c3cnns3)cc(C3CCCc4cc(C5CNc6ccccc65)ccc43)c2N1','clogp 5.725 is above 5');
INSERT INTO "rejected" VALUES(0,'CC(C=O)Cc1ccc2ncn(C(=O)CC(C)(C)C3CCCNCC3)c2n1','alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(0,'COCCC1CC(CCC(N)c2ccc(-c3cc[nH]n3)c3c2OCO3)C=CC1C1CCCNCC1c1cccc2ncncc12','mw 608.8 is above 500; clogp 6.157 is above 5; sa_score 5.175 is above 5; alert BRENK: isolated_alkene');
INSERT INTO "rejected" VALUES(0,'O=C1CNC(C2(c3nn(-c4ccc5[nH]c(=O)[nH]c5c4)c4c(C5C6CC7CC(C6)CC5C7)ccc(-c5ncns5)c34)NC(=O)NC2=O)CN1','mw 664.8 is above 500; hbd 6 is above 5; sa_score 5.851 is above 5; alert BRENK: hydantoin');
INSERT INTO "rejected" VALUES(0,'C#CCOC1C(C(=S)NC2=CN=NC2)C1(C(=O)C(C)Oc1ccc2ncccc2c1)n1cc(-c2cc(=O)oc3ccccc23)nn1','mw 631.7 is above 500; sa_score 5.032 is above 5; alert BRENK: Thiocarbonyl_group; alert BRENK: cumarine; alert BRENK: triple_bond');
INSERT INTO "rejected" VALUES(0,'CC(C)CC1C=CCC(c2ncnc3[nH]nc(N4CCNCC4=O)c23)C1c1cccc2c1C(C1CCCCCC1)C(c1ncc(C[SH]=O)o1)C2','mw 695.9 is above 500; clogp 6.606 is above 5; sa_score 5.531 is above 5; alert BRENK: isolated_alkene; alert BRENK: thiol_2');
INSERT INTO "rejected" VALUES(0,'COC(=O)C1(C2(C(C)COCc3cccc4c3=NCC=4)CC3C(NC(C=O)C(C)C)C2C(SC)C3c2ccoc2)CCNC1','mw 621.8 is above 500; rotatable_bonds 13 is above 10; sa_score 6.65 is above 5; alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(0,'CC(N)Cc1cccc2ccccc12','mw 185.3 is below 200');
INSERT INTO "rejected" VALUES(0,'CC(C)(C)C(=O)c1cnn(CN(CCN)CC2SCCC2(c2n[nH]c(=O)c3ccccc23)C2OC(=O)NC2c2cccc3occc23)c(=O)c1C1CCCCC1','mw 780 is above 500; clogp 6.014 is above 5; rotatable_bonds 11 is above 10; sa_score 5.2 is above 5');
INSERT INTO "rejected" VALUES(0,'CC(C=O)Oc1cc2ocnc2c(C2CCc3ccccc3C2)c1-c1nc2c(s1)CCCC2','clogp 6.069 is above 5; alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(0,'CSCC1(C2CC(CCCO)C2NCCO)C2CCC1(CC(C)CN)CC2c1ncon1','rotatable_bonds 13 is above 10; sa_score 6.231 is above 5');
INSERT INTO "rejected" VALUES(0,'CCC(N)CC1(C2CCNCCN2)C(=O)NC(=O)C1(OC1CCCO1)C(CO)N(C)c1ccc2sccc2c1','mw 559.7 is above 500; sa_score 5.24 is above 5; alert BRENK: phthalimide');
INSERT INTO "rejected" VALUES(0,'CC=CC1(C=O)CC=C(C(CNC)C2(C(O)CN)CC(=O)NC2=O)C(c2ccc3c(c2)OCCO3)C1','sa_score 5.209 is above 5; alert BRENK: aldehyde; alert BRENK: isolated_alkene; alert BRENK: phthalimide');
INSERT INTO "rejected" VALUES(0,'C=CCOn1nc(OC(F)F)[nH]c1=O','alert BRENK: isolated_alkene');
INSERT INTO "rejected" VALUES(0,'CCC(C)(CC1CCCNCC1)C1(C2CNCC(=O)N2)CNCCC1c1c(C2CCCCC2)c(CCO)cc2ncc(-c3ccco3)n12','mw 658.9 is above 500; clogp 5.524 is above 5; sa_score 5.237 is above 5');
INSERT INTO "rejected" VALUES(0,'c1cc(C2CCCCO2)[nH]n1','mw 152.2 is below 200');
INSERT INTO "rejected" VALUES(0,'O=C1NC(=O)c2c1cc(CO)cc2-c1ncc2cccc(N3C(=O)CCC3=O)c2c1O','alert BRENK: phthalimide');
INSERT INTO "rejected" VALUES(0,'CC(C)COc1nc2c([nH]1)c(=O)[nH]c(=O)n2C1CSCC(c2ccc3c(c2)OCCCO3)C1c1cccc2ccc(=O)[nH]c12','mw 615.7 is above 500');
INSERT INTO "rejected" VALUES(0,'S=c1[nH]nc(OCCc2cccc(-c3cc4ncccn4n3)c2)n1-c1nn[nH]n1','alert BRENK: Thiocarbonyl_group');
INSERT INTO "rejected" VALUES(0,'CC(N)CCC1NC(=O)OC1C1C(CC(C)(C)C=O)CC(CC(C)(C)C=O)CCC1N(CC(F)(F)F)c1ccccc1','mw 595.7 is above 500; clogp 6.291 is above 5; rotatable_bonds 13 is above 10; sa_score 5.292 is above 5; alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(0,'CC(CCCc1cc(-c2cccn3cnnc23)nc(C2CCCSC2)n1)c1cccc2c1CCN2','clogp 5.891 is above 5');
INSERT INTO "rejected" VALUES(0,'CC(=O)C12CCC(CC1)C2','mw 138.2 is below 200');
INSERT INTO "rejected" VALUES(0,'O=[SH](=O)Cc1cccn2cnnc12','mw 197.2 is below 200; alert BRENK: thiol_2');
INSERT INTO "rejected" VALUES(0,'CC(C)CN(Cc1cccc2[nH]ncc12)C1(C(F)(F)F)CCc2cnn(-c3c[nH]c(=O)[nH]c3=O)c2C1','mw 501.5 is above 500');
INSERT INTO "rejected" VALUES(0,'CCc1cnc2[nH]c(-c3cc(CC(=O)OC)c(-c4csc5ccc(CN)cc45)cc3CC(C)C(NC)c3ncc4cn[nH]c4n3)cc2c1','mw 658.8 is above 500; clogp 6.654 is above 5; rotatable_bonds 11 is above 10');
INSERT INTO "rejected" VALUES(0,'FC(F)(F)OC1CCOCC1','mw 170.1 is below 200');
INSERT INTO "rejected" VALUES(0,'C(=NC1CCC(C2COCCN2)C1)c1ccc2occc2c1','alert BRENK: imine_1');
INSERT INTO "rejected" VALUES(0,'CNCC1NCCOC1c1ccc2ccc(=O)oc2c1','alert BRENK: cumarine');
INSERT INTO "rejected" VALUES(0,'CC(C=O)Oc1ncc(OC=O)n1C1CC(=O)N(c2cccc3c2OCCCO3)CC1c1ccc2ncncc2c1','mw 557.6 is above 500; alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(0,'NCC(O)c1ccc(NC(N)=S)c2c(-c3ccsc3)nccc12','alert BRENK: Thiocarbonyl_group');
INSERT INTO "rejected" VALUES(0,'O=Cc1nc2c(C3CCS(=O)(=O)C3)c(C3CC3)ccc2[nH]1','alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(0,'CC(=O)OCC1C2CC(C(C(C3CCCNCC3)C(CC3NCCS3)c3ccco3)C2)C1c1ccncc1','mw 537.8 is above 500; clogp 5.436 is above 5; sa_score 5.902 is above 5');
INSERT INTO "rejected" VALUES(0,'CCC(c1ccc2cc(C3CCc4[nH]ncc4C3)ccc2c1-n1c(=O)cc[nH]c1=O)N(Cc1ccc2[nH]c(=O)ccc2c1)c1ccc2c(=O)ccoc2c1','mw 716.8 is above 500; clogp 6.78 is above 5');
INSERT INTO "rejected" VALUES(0,'CC(O)COC1CN(c2ccc3sc(-c4cnc5ccccc5c4)nc3c2)CC(C(CN)N(C)C)O1','mw 507.7 is above 500');
INSERT INTO "rejected" VALUES(0,'COCCNc1cc2c(cc1N1CCN(CCNCC3NCCC3c3ccc4[nH]c(=O)[nH]c4c3)C1=O)C(=O)N(c1nncs1)CN2','mw 647.8 is above 500; hbd 6 is above 5; rotatable_bonds 12 is above 10; alert BRENK: Aliphatic_long_chain');
INSERT INTO "rejected" VALUES(0,'CC(C=O)SC1CC=CCC1C1(c2c(-c3ccc4c(c3)CC(=O)N4)cnn(OC(F)F)c2=O)CCc2ccccc2C1','mw 591.7 is above 500; clogp 5.138 is above 5; alert BRENK: aldehyde; alert BRENK: isolated_alkene');
INSERT INTO "rejected" VALUES(0,'CCC(C1CCCC1)C(NC1CCOC1)C1CCCCC(C(C)C(C)c2ccc3c(c2)CC(=O)N3CCOC=O)C1','mw 566.8 is above 500; clogp 6.648 is above 5; rotatable_bonds 13 is above 10; alert BRENK: Aliphatic_long_chain; alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(0,'NCC(CCn1cc(-c2cc3ccccc3[nH]2)c2ccc(C3C4CC5CC(C4)CC3C5)nc21)c1cn2cc(-c3ccc4c(c3)CC(N3CCC(CNCC=O)C3)CN4)sc2n1','mw 832.1 is above 500; clogp 8.68 is above 5; rotatable_bonds 13 is above 10; sa_score 6.113 is above 5; alert BRENK: Aliphatic_long_chain; alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(0,'CCCCNc1cc2oc(CC(C)Cn3cncn3)nc2cc1-c1cnco1','alert BRENK: Aliphatic_long_chain');
INSERT INTO "rejected" VALUES(0,'CC(C)C(NC(=O)C(C)n1c(=O)ccc2ccccc21)C(=O)c1cnc2scc(-n3cnc4c(OC(F)F)cc(-c5cocn5)nc43)n12','mw 672.7 is above 500; clogp 5.286 is above 5');
INSERT INTO "rejected" VALUES(0,'CCNCC(C)n1cnnc1-c1cc(CC(C)(C)O)cc2c1CCNC2c1cc(C2CCC(N(CC)CC)CC2c2ccc3cccnc3c2)cc2occc12','mw 754 is above 500; clogp 8.72 is above 5; rotatable_bonds 13 is above 10; sa_score 5.129 is above 5');
INSERT INTO "rejected" VALUES(0,'CCN(CC(Cc1cc[nH]c(=O)c1)N1CCCC2CCCCC21)C1CCc2cccc(CC(C)C)c2C1(c1ccc2[nH]c(=N)sc2c1)C1Cc2sccc2C(c2ccc3c(c2)OCCCO3)C1','mw 936.3 is above 500; clogp 11.4 is above 5; rotatable_bonds 12 is above 10; sa_score 5.801 is above 5');
INSERT INTO "rejected" VALUES(0,'CCC(C)c1cccc2c1OCC(C1(C(C)CC)CCCCC(C(=O)C(C)O)C1(c1cccc3c1CCCC3)n1nc(OC(C)C=O)c3c1CCCC3)O2','mw 739 is above 500; clogp 8.877 is above 5; rotatable_bonds 12 is above 10; sa_score 5.634 is above 5; alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(1,'CC(C=O)OC(=O)N1CCC=C(c2cccc3c2NCC2CC=CC32)C1','alert PAINS: anil_alk_ene(51); alert BRENK: aldehyde; alert BRENK: isolated_alkene');
INSERT INTO "rejected" VALUES(1,'C=Nc1ccc2c(c1)C(C1(C3CNCCN3)Cc3ccc(N4CCC(CC(=O)O)CC4CC(=O)O)cc3C1C1CCCNCC1)CC(=O)N2','mw 670.9 is above 500; hbd 6 is above 5; sa_score 5.315 is above 5; alert BRENK: imine_1');
INSERT INTO "rejected" VALUES(1,'CC(COC1CCCc2sc(-c3cc4nc(NCCO)c(C(N)Cc5c[nH]c6ncccc56)c(=O)n4cc3-c3cccc4sc(=N)[nH]c34)cc21)N1CCCC2CCCCC21','mw 844.1 is above 500; clogp 8.072 is above 5; hbd 6 is above 5; rotatable_bonds 12 is above 10; sa_score 5.38 is above 5');
INSERT INTO "rejected" VALUES(1,'CC(C)CCNc1c(C2CCCCCN2)c(C2C3CC4CC(C3)C(c3cccc5c3OCCO5)C2(c2c(CNCC=O)cnc3[nH]ncc23)C4)c2ncsc2c1-c1ccc2nn[nH]c2c1','mw 891.2 is above 500; clogp 9.484 is above 5; rotatable_bonds 13 is above 10; sa_score 6.923 is above 5; alert BRENK: Aliphatic_long_chain; alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(1,'C=CCOC1C(=O)NC(=O)C1(c1cn(-c2cccc(C3CC=CCC3c3cccc4c3CCC4)c2CC(C)NC)c(=O)[nH]c1=O)C(N)CC','mw 665.8 is above 500; rotatable_bonds 12 is above 10; sa_score 5.229 is above 5; alert BRENK: isolated_alkene; alert BRENK: phthalimide');
INSERT INTO "rejected" VALUES(1,'CCNCC(C)C1NCCOC1(OCC)C(=O)CCC=O','alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(1,'CCCNCc1cccc2cc(C3CCC3)c(C3C(C4CCc5ccccc5C4)CSCC3C(C)(N)C=O)cc12','mw 554.8 is above 500; clogp 7.391 is above 5; alert BRENK: Aliphatic_long_chain; alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(1,'COCCNCC1CCc2cccc(-n3cnnc3)c21','alert BRENK: Aliphatic_long_chain');
INSERT INTO "rejected" VALUES(1,'O=c1cc(-c2nc3c(-n4cnc5cc(C6CCCc7ccccc76)ccc5c4=O)cccn3c2-c2ccc3c(c2-c2cccc4c2OCCO4)OCO3)c2cccc(-c3nc4ccccc4o3)c2o1','mw 907.9 is above 500; clogp 10.92 is above 5; alert BRENK: cumarine');
INSERT INTO "rejected" VALUES(1,'OCCNC1CCC1','mw 115.2 is below 200');
INSERT INTO "rejected" VALUES(1,'Nc1ccc2cn[nH]c2n1','mw 134.1 is below 200');
INSERT INTO "rejected" VALUES(1,'C#CCOn1cnc2c(C3CCCC3)cccc2c1=O','alert BRENK: triple_bond');
INSERT INTO "rejected" VALUES(1,'O=CCCc1cc(C(=O)O)c2[nH]ccc(=O)c2c1','alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(1,'NC(CO)Cc1nc2c(C3=CCN(c4cc5c(=O)[nH]cnc5s4)C3=O)ccc(C3CC4CC3CC4C3CC=CCC3)c2n1-c1c[nH]c2ncccc12','mw 712.9 is above 500; clogp 5.978 is above 5; sa_score 6.146 is above 5; alert BRENK: isolated_alkene');
INSERT INTO "rejected" VALUES(1,'CC(OC=O)C(=O)C1(C(C)CNC2CCCC2)CCCC(C2CCc3[nH]ncc3C2)C1','alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(1,'CC(O)COC1CCS(=O)(=O)C1','mw 194.3 is below 200');
INSERT INTO "rejected" VALUES(1,'CNC(c1ccc2c(c1)CCCC2)C1CCC(c2cc3c(=O)n(-n4c(=O)n(-c5ccc6nccc(=O)n6c5-c5nncs5)c5ccccc54)cnc3s2)CN1','mw 768.9 is above 500; clogp 5.077 is above 5; sa_score 5.035 is above 5');
INSERT INTO "rejected" VALUES(1,'CC(C)CC(=O)n1ncc2cc(-c3ccc4c(c3)NC(=O)CO4)c(C3(N(C)C)CC(CC[SH](=O)=O)=CCC3c3cccs3)c(-n3cnc4cccnc43)c21','mw 763.9 is above 500; clogp 6.778 is above 5; alert BRENK: isolated_alkene; alert BRENK: thiol_2');
INSERT INTO "rejected" VALUES(1,'CCCN(CC)c1ccc(-c2ccc3ncsc3c2)c2cnc(C3CS(=O)(=O)CC3c3cc4c(cc3C(=O)C(C)OC=O)OCO4)c(NCCCc3ccsc3)c12','mw 825 is above 500; clogp 8.623 is above 5; rotatable_bonds 16 is above 10; alert BRENK: Aliphatic_long_chain; alert BRENK: aldehyde');
INSERT INTO "rejected" VALUES(1,'N=c1[nH]c2c(NN)cccc2s1','mw 180.2 is below 200; alert BRENK: Oxygen-nitrogen_single_bond; alert BRENK: hydrazine');
INSERT INTO "rejected" VALUES(1,'O=c1ccc(N(CCC23CCC(CC2)C3)C2CCCc3scc(CNCCO)c32)c[nH]1','alert BRENK: Aliphatic_long_chain');
INSERT INTO "rejected" VALUES(1,'NCC(=O)c1c[nH]c2ncccc12','mw 175.2 is below 200');
CREATE TABLE retrainings (
    version INTEGER PRIMARY KEY, round INTEGER NOT NULL, folder TEXT NOT NULL, base TEXT NOT NULL,
    unit TEXT NOT NULL, direction TEXT NOT NULL, used INTEGER NOT NULL CHECK (used IN (0, 1)),
    file TEXT NOT NULL, sha256 TEXT NOT NULL, recorded_at TEXT NOT NULL
) STRICT;
COMMIT;
PRAGMA user_version = 3;
