package org.retrograd.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TwoTwoTwoTest {
    private static final Run RUN = Run.of("TwoTwoTwo");

    @Test
    void forwardValues() {
        assertThat(RUN.exitCode()).isZero();
        assertThat(RUN.out())
                .contains("= 0.377500000", "= 0.392500000", "= 0.593269992", "= 0.596884378")
                .contains("= 1.105905967", "= 1.224921404", "= 0.751365070", "= 0.772928465")
                .contains("E    = 1/2 sum (o - t)^2  = 0.298371109");
    }

    @Test
    void deltasByHand() {
        assertThat(RUN.out())
                .contains(" 0.741365070 * 0.186815602 =  0.138498562", "-0.217071535 * 0.175510053 = -0.038098237")
                .contains(" 0.055399425 + -0.019049118 =  0.036350306")
                .contains(" 0.062324353 + -0.020954030 =  0.041370323")
                .contains(" 0.036350306 * 0.241300709 =  0.008771355")
                .contains(" 0.041370323 * 0.240613417 =  0.009954255");
    }

    @Test
    void theTableAgreesInAllThreeColumns() {
        assertThat(RUN.lines())
                .anyMatch(line -> line.matches("w1 +0\\.000438567734 +0\\.000438567734 +0\\.0004385677\\d\\d .*"))
                .anyMatch(line -> line.matches("w5 +0\\.082167040564 +0\\.082167040564 +0\\.0821670405\\d\\d .*"))
                .anyMatch(line -> line.matches("w8 +-0\\.022740242216 +-0\\.022740242216 .*"))
                .anyMatch(line -> line.matches("b1 +0\\.018725609395 +0\\.018725609395 .*"))
                .anyMatch(line -> line.matches("b2 +0\\.100400325112 +0\\.100400325112 .*"))
                .anyMatch(line -> line.startsWith("14 of 14 agree; largest gap "));
        assertThat(RUN.out()).doesNotContain("WRONG");
    }

    @Test
    void oneUpdate() {
        assertThat(RUN.out())
                .contains("w1 0.15 -> 0.149780716      w5 0.40 -> 0.358916480")
                .contains("w2 0.20 -> 0.199561432      w6 0.45 -> 0.408666186")
                .contains("w3 0.25 -> 0.249751144      w7 0.50 -> 0.511301270")
                .contains("w4 0.30 -> 0.299502287      w8 0.55 -> 0.561370121")
                .contains("b1 0.35 -> 0.340637195      b2 0.60 -> 0.549799837");
        assertThat(RUN.lastLine()).isEqualTo("E 0.298371109 -> 0.291027774, w5 0.358916480");
    }

    @Test
    void tenThousandUpdates() {
        assertThat(RUN.lines().stream().map(line -> line.trim().replaceAll(" +", " ")))
                .contains("1 0.291027773694 0.742088111 0.775284968 0.285750886699")
                .contains("10 0.220918592054 0.645173728 0.794062461 0.175238010775")
                .contains("100 0.020046828249 0.175807142 0.877742937 0.009997164794")
                .contains("1000 0.001114349454 0.044052885 0.957302907 0.000346075010")
                .contains("10000 0.000035101878 0.015913620 0.984064274 0.000004355321");
    }
}
