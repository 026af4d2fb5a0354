package org.retrograd.nn.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Isolated("sets the default locale of the JVM")
class CsvReaderLocaleTest {
    private Locale before;

    @BeforeEach
    void remember() {
        before = Locale.getDefault();
    }

    @AfterEach
    void restore() {
        Locale.setDefault(before);
    }

    /** Decimal commas, a dotless i, digits other than 0 to 9. */
    @ParameterizedTest
    @ValueSource(strings = {"es-ES", "tr-TR", "ar-EG-u-nu-arab"})
    void readsTheSameInEveryLocale(String tag) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertThat(read("3.5,1234.25\n").rowMajor(0, 2)).containsExactly(3.5, 1234.25);
        assertThatThrownBy(() -> read("1,2\n3,1234.5x\n"))
                .hasMessage("T.CSV, line 2, column 2: expected a finite number such as 3.5, but found \"1234.5x\";"
                        + " correct the cell, or remove the row");
        assertThatThrownBy(() -> read("1,2\n3,1234.5\n").labels(1, 1000))
                .hasMessage("T.CSV, line 2, column 2: expected a class label, a whole number from 0 to 999,"
                        + " but found 1234.5; number the classes from 0, or correct the number of classes, 1000");
    }

    private static Table read(String text) {
        return CsvReader.read(new ByteArrayInputStream(text.getBytes(UTF_8)), "T.CSV", Preamble.NONE);
    }
}
