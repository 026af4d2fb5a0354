package org.retrograd.examples.gradbench;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Gives the lines of a stream one after the other, each as a stream of its own: a line may be larger than memory. */
final class Lines {
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int limit;
    private boolean inLine;
    private int number;

    Lines(InputStream in) {
        this.in = in;
    }

    /** Returns the next line that is not empty, without its end; null if there is none. What was left unread is skipped. */
    @Nullable
    InputStream next() throws IOException {
        while (inLine) {
            skip();
        }
        do {
            if (position == limit && !fill()) {
                return null;
            }
            number++;
        } while (isEmpty());
        inLine = true;
        return new Line();
    }

    /** Returns the number of the present line, counted from 1. */
    int number() {
        return number;
    }

    private boolean isEmpty() {
        if (buffer[position] == '\n') {
            position++;
            return true;
        }
        return false;
    }

    private void skip() throws IOException {
        if (position == limit && !fill()) {
            inLine = false;
        } else {
            position = endInBuffer();
            takeEnd();
        }
    }

    /** Returns the position of the line's end, or of the buffer's if that comes first. */
    private int endInBuffer() {
        int end = position;
        while (end < limit && buffer[end] != '\n') {
            end++;
        }
        return end;
    }

    private void takeEnd() {
        if (position < limit) {
            position++;
            inLine = false;
        }
    }

    private boolean fill() throws IOException {
        limit = Math.max(0, in.read(buffer, 0, buffer.length));
        position = 0;
        return limit > 0;
    }

    /** The present line: ends before the newline. */
    private final class Line extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (!inLine || (position == limit && !fill())) {
                inLine = false;
                return -1;
            }
            int count = Math.min(length, endInBuffer() - position);
            System.arraycopy(buffer, position, into, offset, count);
            position += count;
            if (count == 0) {
                takeEnd();
                return -1;
            }
            return count;
        }
    }
}
