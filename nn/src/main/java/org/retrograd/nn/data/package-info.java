/**
 * Data in: tables of numbers from CSV files, and which of their rows to train on, in which order. Nothing here knows a
 * tensor.
 *
 * <p>Read {@link org.retrograd.nn.data.CsvReader} first, then {@link org.retrograd.nn.data.Table}, what it returns.
 * {@link org.retrograd.nn.data.Split} says which rows are held out, {@link org.retrograd.nn.data.RowOrder} shuffles the
 * others and cuts them into mini-batches, and {@link org.retrograd.nn.data.Standardiser} brings columns to one scale.
 *
 * <p>Nothing depends on the locale, on the JDK or on a hidden seed: the same file and the same generator give the same
 * numbers everywhere. In the methods, rows and columns are counted from 0; messages about a file count its lines and
 * columns from 1, as editors and spreadsheets do.
 */
@NullMarked
package org.retrograd.nn.data;

import org.jspecify.annotations.NullMarked;
